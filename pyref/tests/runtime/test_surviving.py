"""Workflows with a bit of everything survive a crash anywhere: what users test theirs with, used on ours."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest

from taskpoint import Recorded, RetryPolicy, durable, entrypoint, gather, get_runtime, interrupt, task
from taskpoint.interchange import export_thread
from taskpoint.testing import replay, survive_crashes


@dataclass
class Price:
    cents: int


@task
def price(n: int) -> Price:
    return Price(n * 100)


@task(retry_policy=RetryPolicy(max_attempts=2))
def send(n: int) -> int:
    if get_runtime().execution_info.attempt == 1:
        raise ConnectionError("down")
    return n


@task
def refuse(n: int) -> int:
    raise KeyError(n)


@entrypoint
def ship(n: int) -> int:
    return send(n).result() + interrupt(n)


@entrypoint
def typed(n: int) -> int:
    return sum(found.cents for found in gather(*price.map(range(n))))


@entrypoint
def nested(n: int) -> int:
    return ship.invoke(n) + ship.invoke(n + 1)


@entrypoint
def caught(n: int) -> str:
    try:
        return str(refuse(n).result())
    except KeyError:
        return f"not {send(n).result()}"


@entrypoint
def timed(n: int) -> int:
    begin = durable.now()
    durable.sleep(timedelta(days=n))
    return (durable.now() - begin).days


@pytest.mark.parametrize(
    ("workflow", "value"), [(typed, 300), (nested, 3 + 4 + 4 + 5), (caught, "not 3"), (timed, 3)], ids=str
)
@pytest.mark.usefixtures("taskpoint_time")
def test_a_crash_anywhere_changes_nothing(workflow, value):
    assert survive_crashes(workflow, 3, answer=lambda question: question.value + 1) == value


def test_todays_code_takes_over_what_yesterdays_recorded(taskpoint_saver):
    yesterday = typed.with_options(name="order", checkpointer=taskpoint_saver)
    assert yesterday.invoke(2, thread_id="t") == 100

    @dataclass
    class Amount:
        cents: int
        currency: str

    def migrate(recorded: Recorded) -> Amount:
        return Amount(recorded.value["cents"], "EUR")

    @task(name="price", version="2", migrate=migrate)
    def amount(n: int) -> Amount:
        return Amount(n, "CHF")

    @entrypoint(name="order")
    def today(n: int) -> list[str]:
        return [f"{found.cents} {found.currency}" for found in gather(*amount.map(range(n)))]

    replayed = replay(today, export_thread(taskpoint_saver, "t"))
    assert (replayed.value, replayed.is_complete, replayed.new_call) == (["0 EUR", "100 EUR"], True, None)


def test_a_group_of_tasks_is_resumed_to_a_good_end_after_one_has_failed(saver):
    """What the group cancelled because of the failure is made again with it (`RPL-047`)."""
    ran = []

    @task
    async def fetch():
        ran.append("fetch")
        if ran.count("fetch") == 1:
            await asyncio.sleep(3600)
        return "fetched"

    @task
    async def flaky():
        ran.append("flaky")
        if ran.count("flaky") == 1:
            raise ConnectionError("down")
        return "up"

    @entrypoint(checkpointer=saver)
    async def main(_):
        async def wait_for(call):
            return await call

        async with asyncio.TaskGroup() as group:
            both = [group.create_task(wait_for(call)) for call in (fetch(), flaky())]
        return [each.result() for each in both]

    with pytest.raises(ExceptionGroup):
        main.invoke(0, thread_id="t")
    assert main.invoke(None, thread_id="t") == ["fetched", "up"]
    assert sorted(ran) == ["fetch", "fetch", "flaky", "flaky"]
