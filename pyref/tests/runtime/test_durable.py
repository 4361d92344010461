"""Time, chance and pauses that are the same after a crash."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from journals import outcomes, paths

from taskpoint import Command, InMemorySaver, RetryPolicy, UsageError, durable, entrypoint, gather, interrupt, task
from taskpoint.errors import FormatError

# Values


def ask():
    return [durable.now(), durable.random(), durable.uuid4()]


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
def test_values_are_the_same_in_every_attempt(saver, durability):
    seen = []

    @task
    def inner():
        values = ask()
        seen.append(values)
        if len(seen) == 1:
            raise ConnectionError("once")
        return values[1]

    @entrypoint(checkpointer=saver)
    def main(n):
        values = ask()
        seen_in_main.append(values)
        return [values[1], inner().result()]

    seen_in_main = []
    with pytest.raises(ConnectionError):
        main.invoke(1, thread_id="t", durability=durability)
    value = main.invoke(None, thread_id="t", durability=durability)
    assert seen_in_main[0] == seen_in_main[1]
    assert seen[0] == seen[1] != seen_in_main[0]
    assert value == [seen_in_main[0][1], seen[0][1]]
    now, number, name = seen[0]
    assert now.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=5)
    assert 0 <= number < 1
    assert name.version == 4
    assert paths(saver, "t")[:6] == [
        f"{scope}{own}#0" for scope in ("", "inner#0/") for own in ("$now", "$random", "$uuid4")
    ]


async def test_values_are_the_same_on_a_loop(saver):
    seen = []

    @task
    async def inner():
        return durable.random()

    @entrypoint(checkpointer=saver)
    async def main(n):
        begun = inner()
        values = ask()
        values.append(await begun)
        seen.append(values)
        interrupt("again")

    await main.ainvoke(1, thread_id="t")
    await main.ainvoke(Command(resume=0), thread_id="t")
    assert seen[0] == seen[1]
    recorded = {entry.path: entry for entry in outcomes(saver, "t")}
    assert not recorded["$now#0"].alone
    assert {"$now#0", "$random#0", "$uuid4#0", "inner#0/$random#0", "inner#0"} == set(recorded)


async def test_slow_savers_are_waited_for_on_a_loop(tmp_path):
    """Also while a thread writes for the loop: the value is durable when it is seen."""

    class Slow(InMemorySaver):
        commits_on_loop = False

        def append(self, *args, **kwargs):
            time.sleep(0.005)
            super().append(*args, **kwargs)

    saver = Slow()

    @task
    async def work(n):
        await asyncio.sleep(0)
        return n

    @entrypoint(checkpointer=saver)
    async def main(n):
        calls = work.map(range(5))
        for _ in range(5):
            durable.random()
            assert paths(saver, "t")[-1].startswith("$random#") or "work" in paths(saver, "t")[-1]
            assert f"$random#{_}" in paths(saver, "t")
            await asyncio.sleep(0)
        return await gather(*calls)

    assert await asyncio.wait_for(main.ainvoke(1, thread_id="t"), 30) == [0, 1, 2, 3, 4]


def test_a_value_is_durable_before_it_is_seen(saver):
    @entrypoint(checkpointer=saver)
    def main(n):
        durable.random()
        return paths(saver, "t")

    assert main.invoke(1, thread_id="t") == ["$random#0"]


def test_a_task_of_the_same_name_is_another_one(saver):
    names = ["$now", "$sleep"]

    @entrypoint(checkpointer=saver)
    def main(n):
        mine = [task(name, lambda: "mine")().result() for name in names]
        durable.now()
        durable.sleep(0)
        return mine

    assert main.invoke(1, thread_id="t") == ["mine", "mine"]
    assert paths(saver, "t") == ["%24now#0", "%24sleep#0", "$now#0", "$sleep#0/$now#0", "$sleep#0"]


def test_values_within_what_a_policy_repeats():
    seen = []

    @task(retry_policy=RetryPolicy(initial_interval=0, jitter=False))
    def flaky():
        seen.append(durable.random())
        if len(seen) < 3:
            raise ConnectionError

    @entrypoint
    def main(n):
        flaky().result()

    main.invoke(1)
    assert len(set(seen)) == 1


def test_outside_of_a_run_and_in_another_thread():
    for function in (durable.now, durable.random, durable.uuid4, lambda: durable.sleep(0)):
        with pytest.raises(UsageError) as refused:
            function()
        assert refused.value.code == "usage.outside_run"

    @entrypoint
    async def main(n):
        await asyncio.to_thread(durable.now)

    with pytest.raises(UsageError) as refused:
        asyncio.run(main.ainvoke(1))
    assert refused.value.code == "usage.outside_run"


def test_a_suspended_scope_gets_no_new_value(saver):
    seen = []

    @entrypoint(checkpointer=saver)
    def main(n):
        try:
            interrupt("wait")
        except BaseException:  # noqa: BLE001 - the point of it
            seen.append(durable.random())

    assert "__interrupt__" in main.invoke(1, thread_id="t")
    assert seen == []
    assert paths(saver, "t") == []


def test_a_record_that_is_no_value_is_refused(saver):
    from dataclasses import replace

    from taskpoint._core.journal import ErrorDocument, TaskFailed

    @entrypoint(checkpointer=saver)
    def main(n):
        durable.now()
        interrupt("wait")

    main.invoke(1, thread_id="t")
    loaded = saver.load("t")
    other = InMemorySaver()
    bad = loaded.entries[1]
    failed = TaskFailed(
        bad.seq, bad.at, bad.attempt_id, bad.path, bad.name, bad.input_digest, True, 1, bad.at, ErrorDocument("E", "m")
    )
    other.begin(replace(loaded.checkpoint), None, [loaded.entries[0], failed])
    again = main.with_options(checkpointer=other)
    with pytest.raises(FormatError):
        again.invoke(None, thread_id="t")


def test_streams_show_nothing_of_the_library_s_own(saver):
    @entrypoint(checkpointer=saver)
    def main(n):
        durable.now()
        durable.sleep(0)
        return n

    assert list(main.stream(1, thread_id="t")) == [{"main": 1}]
