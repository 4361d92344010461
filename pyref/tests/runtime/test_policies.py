"""What is tried again, on a clock that nobody waits for."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta

import pytest
from policies_under_test import QUICK, Clock, journal

from taskpoint import (
    Command,
    InMemorySaver,
    RetryPolicy,
    TaskError,
    TaskTimeoutError,
    UsageError,
    ValueEncodingError,
    default_retry_on,
    entrypoint,
    get_idempotency_key,
    get_runtime,
    interrupt,
    task,
)
from taskpoint.runtime.process.sources import using


def failing(times, error=ConnectionError, policy=QUICK, **options):
    """Return a task that fails so many times, and what its executions were told."""
    told = []

    @task(retry_policy=policy, **options)
    def flaky(n):
        told.append((get_runtime().execution_info.attempt, get_idempotency_key()))
        if len(told) <= times:
            raise error("not now")
        return n

    return flaky, told


def as_async(task_):
    """Return the same task as a coroutine function."""
    func = task_.func

    async def coroutine(n):
        await asyncio.sleep(0)
        return func(n)

    return task("flaky", coroutine, retry_policy=list(task_.options.retry_policy))


@pytest.fixture(params=["sync", "async", "mixed"])
def run(request):
    """Return what runs one task in an entrypoint of either kind."""

    def carry(task_, value=7, **options):
        if request.param == "sync":
            return entrypoint("main", lambda n: task_(n).result(), **options).invoke(value, thread_id="t")

        async def main(n):
            return await (as_async(task_) if request.param == "async" else task_)(n)

        return entrypoint("main", main, **options).invoke(value, thread_id="t")

    return carry


# --- trying again -------------------------------------------------------------------------------------------------


def test_a_task_is_tried_again_under_the_same_key(run):
    saver = InMemorySaver()
    flaky, told = failing(2)
    assert run(flaky, checkpointer=saver) == 7
    assert [attempt for attempt, _ in told] == [1, 2, 3]
    assert len({key for _, key in told}) == 1
    assert journal(saver)[1] == ("task.completed", "flaky#0", 3)


def test_the_waits_are_those_of_the_policy(run):
    clock = Clock()
    flaky, _ = failing(3, policy=RetryPolicy(initial_interval=2, max_interval=5, max_attempts=4))
    with using(clock.sources()):
        assert run(flaky, checkpointer=InMemorySaver()) == 7
    assert clock.slept == [2.5, 4.5, 5.5]


def test_without_jitter_no_chance_is_asked_for(run):
    flaky, _ = failing(1)
    with using(Clock().sources(random=lambda: pytest.fail("no chance"))):
        assert run(flaky, checkpointer=InMemorySaver()) == 7


def test_the_last_failure_stands(run):
    flaky, told = failing(9)
    with pytest.raises(ConnectionError, match="not now"):
        run(flaky, checkpointer=InMemorySaver())
    assert len(told) == 3


@pytest.mark.parametrize("error", [ValueError, KeyError, RuntimeError, FileNotFoundError, NameError, ZeroDivisionError])
def test_mistakes_are_not_tried_again(run, error):
    flaky, told = failing(1, error)
    with pytest.raises(error):
        run(flaky, checkpointer=InMemorySaver())
    assert len(told) == 1


class Refused(Exception):
    retryable = False


class Busy(ValueError):
    retryable = True


class Response(Exception):
    def __init__(self, status):
        super().__init__(str(status))
        self.response = type("R", (), {"status_code": status})()


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (Exception(), True),
        (TaskError("x"), True),
        (TaskTimeoutError("x"), True),
        (OSError(), False),
        (Refused(), False),
        (Busy(), True),
        (Response(503), True),
        (Response(404), False),
    ],
)
def test_the_default(error, again):
    assert default_retry_on(error) is again


def test_what_an_error_says_of_itself_is_recorded_and_comes_back():
    saver = InMemorySaver()

    @task(raises=[Refused])
    def decline():
        raise Refused("no")

    @entrypoint(checkpointer=saver)
    def main(n):
        try:
            decline().result()
        except Refused as error:
            return [n, error.retryable, vars(error)]

    assert main.invoke(1, thread_id="t") == [1, False, {"retryable": False}]
    assert saver.load("t", list(saver.history("t"))[-1].id).entries[1].error.retryable is False


def test_a_result_without_encoding_is_not_tried_again_whatever_the_policy_says(run):
    made = []

    @task(retry_policy=RetryPolicy(initial_interval=0, retry_on=lambda _: True))
    def thing(n):
        made.append(n)
        return object()

    with pytest.raises(ValueEncodingError):
        run(thing, checkpointer=InMemorySaver())
    assert len(made) == (1 if made else 0)


def test_a_predicate_that_fails_fails_the_run(run):
    def mistaken(_):
        raise ZeroDivisionError

    flaky, _ = failing(1, policy=RetryPolicy(retry_on=mistaken))
    with pytest.raises(ZeroDivisionError):
        run(flaky, checkpointer=InMemorySaver())


@pytest.mark.parametrize("is_async", [False, True])
def test_a_retried_task_runs_nothing_again_that_had_finished_inside(is_async):
    done = []

    def pay(n):
        done.append(("pay", n))
        return n

    def ship(n):
        done.append(("ship", n))
        if done.count(("ship", n)) < 3:
            raise ConnectionError
        return n

    async def apay(n):
        return pay(n)

    async def aship(n):
        return ship(n)

    pays, ships = (task("pay", apay), task("ship", aship)) if is_async else (task("pay", pay), task("ship", ship))

    def order(n):
        return [pays(n).result(), pays(n + 1).result(), ships(n).result()]

    async def aorder(n):
        first, second = await asyncio.gather(pays(n), pays(n + 1))
        return [first, second, await ships(n)]

    outer = task("order", aorder if is_async else order, retry_policy=QUICK)
    saver = InMemorySaver()

    async def amain(n):
        return await outer(n)

    body = amain if is_async else lambda n: outer(n).result()
    assert entrypoint("main", body, checkpointer=saver).invoke(1, thread_id="t") == [1, 2, 1]
    assert sorted(done) == [("pay", 1), ("pay", 2), ("ship", 1), ("ship", 1), ("ship", 1)]
    assert [kind for kind, _, _ in journal(saver)].count("task.failed") == 2


@pytest.mark.parametrize("is_async", [False, True])
def test_a_policy_within_a_policy_counts_for_itself(is_async):
    tries = []

    def leaf(n):
        tries.append(n)
        raise ConnectionError(str(len(tries)))

    async def aleaf(n):
        leaf(n)

    inner = task("leaf", aleaf if is_async else leaf, retry_policy=RetryPolicy(initial_interval=0, max_attempts=2))

    def outer(n):
        return inner(n).result()

    async def aouter(n):
        return await inner(n)

    around = task("outer", aouter if is_async else outer, retry_policy=RetryPolicy(initial_interval=0, max_attempts=2))

    async def amain(n):
        return await around(n)

    with pytest.raises(ConnectionError, match="4"):
        entrypoint("main", amain if is_async else lambda n: around(n).result()).invoke(1)
    assert len(tries) == 4


@pytest.mark.parametrize("limit", [1, 2])
@pytest.mark.parametrize("is_async", [False, True])
def test_retries_under_a_limit_never_wait_for_each_other(limit, is_async):
    seen = {}
    running, most = 0, 0
    lock = threading.Lock()

    def work(n):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            seen[n] = seen.get(n, 0) + 1
        try:
            if seen[n] < 3:
                raise ConnectionError
            return n
        finally:
            with lock:
                running -= 1

    async def awork(n):
        return work(n)

    leaf = task("work", awork if is_async else work, retry_policy=QUICK)

    def pair(n):
        return [each.result() for each in [leaf(n), leaf(n + 100)]]

    async def apair(n):
        return await asyncio.gather(leaf(n), leaf(n + 100))

    pairs = task("pair", apair if is_async else pair, retry_policy=QUICK)

    async def amain(count):
        return await asyncio.gather(*[pairs(n) for n in range(count)])

    def main(count):
        return [each.result() for each in [pairs(n) for n in range(count)]]

    made = entrypoint("main", amain if is_async else main)
    assert made.invoke(8, {"max_concurrency": limit}) == [[n, n + 100] for n in range(8)]
    assert most <= limit
    assert set(seen.values()) == {3}


def test_a_cancelled_call_is_not_tried_again():
    tries = []
    begun = asyncio.Event()

    @task(retry_policy=RetryPolicy(initial_interval=60))
    async def flaky():
        tries.append(1)
        begun.set()
        raise ConnectionError

    @entrypoint(checkpointer=InMemorySaver())
    async def main(n):
        call = flaky()
        await begun.wait()
        await asyncio.sleep(0.01)
        call.cancel()
        try:
            await call
        except asyncio.CancelledError:
            return n

    assert main.invoke(1, thread_id="t") == 1
    assert tries == [1]


def test_stopping_a_stream_ends_a_wait():
    @task
    def first():
        return 1

    @task(retry_policy=RetryPolicy(initial_interval=600))
    def flaky():
        raise ConnectionError

    saver = InMemorySaver()

    @entrypoint(checkpointer=saver)
    def main(n):
        first().result()
        return flaky().result()

    began = time.monotonic()
    for _ in main.stream(1, thread_id="t"):
        time.sleep(0.05)
        break
    assert time.monotonic() - began < 30
    assert [kind for kind, _, _ in journal(saver)] == ["run.started", "task.completed", "run.stopped"]


def test_cancelling_an_async_run_ends_a_wait():
    @task(retry_policy=RetryPolicy(initial_interval=600))
    async def flaky():
        raise ConnectionError

    saver = InMemorySaver()

    @entrypoint(checkpointer=saver)
    async def main(n):
        return await flaky()

    async def carry():
        running = asyncio.ensure_future(main.ainvoke(1, thread_id="t"))
        await asyncio.sleep(0.05)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(asyncio.wait_for(carry(), 30))
    assert [kind for kind, _, _ in journal(saver)] == ["run.started", "run.stopped"]


def test_an_interrupt_elsewhere_lets_a_retry_finish_first():
    flaky, told = failing(2)

    @task
    def asks():
        return interrupt("sure?")

    saver = InMemorySaver()

    @entrypoint(checkpointer=saver)
    def main(n):
        calls = [asks(), flaky(n)]
        return [call.result() for call in calls]

    assert main.invoke(5, thread_id="t")["__interrupt__"][0].value == "sure?"
    assert len(told) == 3
    assert main.invoke(Command(resume="yes"), thread_id="t") == ["yes", 5]
    assert len(told) == 3


def test_options_of_one_call():
    flaky, told = failing(1, policy=None)

    @entrypoint
    def main(n):
        return flaky.with_options(retry_policy=[QUICK])(n).result()

    assert main.invoke(1) == 1
    assert len(told) == 2
    assert flaky.definition == {"kind": "task-definition", "name": "flaky", "raises": []}


@pytest.mark.parametrize(
    "options",
    [
        {"retry_policy": 3},
        {"retry_policy": [QUICK, 3]},
        {"timeout": "1"},
        {"timeout": True},
        {"timeout": 0},
        {"timeout": timedelta(seconds=-1)},
    ],
)
def test_what_is_no_policy_is_refused(options):
    for make in (task, entrypoint):
        with pytest.raises(UsageError) as caught:
            make("f", lambda n: n, **options)
        assert caught.value.code == "usage.option_invalid"


@pytest.mark.parametrize(
    "numbers",
    [
        {"max_attempts": 0},
        {"max_attempts": 1.5},
        {"initial_interval": -1},
        {"initial_interval": float("nan")},
        {"max_interval": float("inf")},
        {"backoff_factor": 0.9},
        {"backoff_factor": True},
        {"jitter": 1},
        {"retry_on": ()},
        {"retry_on": "ConnectionError"},
        {"retry_on": [ConnectionError, 3]},
    ],
)
def test_what_is_no_number_of_a_policy_is_refused(numbers):
    with pytest.raises(UsageError):
        RetryPolicy(**numbers)
