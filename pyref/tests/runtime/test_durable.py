"""Time, chance and pauses that are the same after a crash."""

from __future__ import annotations

import asyncio
import itertools
import math
import signal
import subprocess
import sys
import textwrap
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from taskpoint import (
    Command,
    InMemorySaver,
    RetryPolicy,
    SqliteSaver,
    UsageError,
    codec,
    durable,
    entrypoint,
    gather,
    interrupt,
    task,
)
from taskpoint.errors import FormatError
from taskpoint.runtime.sources import Sources, using
from taskpoint.testing import simulated


def entries(saver, thread_id):
    """The outcomes of a thread's newest run: path and value."""
    loaded = saver.load(thread_id)
    if not loaded.entries:
        loaded = saver.load(thread_id, loaded.checkpoint.parent_id)
    return [(entry.path, entry) for entry in loaded.entries if hasattr(entry, "path")]


def paths(saver, thread_id):
    return [path for path, _ in entries(saver, thread_id)]


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
    recorded = dict(entries(saver, "t"))
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


# Pauses


def test_a_pause_of_days(saver):
    @task
    def remind(day):
        durable.sleep(timedelta(days=day))
        return str(durable.now())

    @entrypoint(checkpointer=saver)
    def main(n):
        begin = durable.now()
        durable.sleep(86400)
        assert durable.now() - begin == timedelta(days=1)
        return remind(1).result()

    with simulated():
        assert main.invoke(1, thread_id="t") == "2026-01-03 00:00:00+00:00"
    assert paths(saver, "t") == [
        "$now#0",
        "$sleep#0/$now#0",
        "$sleep#0",
        "$now#1",
        "remind#0/$sleep#0/$now#0",
        "remind#0/$sleep#0",
        "remind#0/$now#0",
        "remind#0",
    ]


async def test_pauses_side_by_side_end_in_their_order(saver):
    """And the branches behind them are the same on every replay."""
    order = []

    @task
    async def note(name):
        order.append(name)
        return name

    @entrypoint(checkpointer=saver)
    async def main(n):
        async def branch(name, hours):
            await durable.sleep(timedelta(hours=hours))
            return await note(name)

        got = await asyncio.gather(branch("c", 3), branch("a", 1), branch("b", 2))
        interrupt("again")
        return got

    with simulated():
        await main.ainvoke(1, thread_id="t")
        assert await main.ainvoke(Command(resume=0), thread_id="t") == ["c", "a", "b"]
    assert order == ["a", "b", "c"]


SLEEPER = textwrap.dedent("""
    import asyncio, sys
    from taskpoint import SqliteSaver, durable, entrypoint

    saver = SqliteSaver("threads.db")

    @entrypoint(name="main", checkpointer=saver)
    def sync(n):
        durable.sleep(n)
        return "awake"

    @entrypoint(name="main", checkpointer=saver)
    async def loop(n):
        await durable.sleep(n)
        return "awake"

    value = float(sys.argv[2]) if len(sys.argv) > 2 else None
    print("begun", flush=True)
    if sys.argv[1] == "sync":
        print(sync.invoke(value, thread_id="t"), flush=True)
    else:
        print(asyncio.run(loop.ainvoke(value, thread_id="t")), flush=True)
    """)


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_killed_pause_goes_on_with_the_rest(tmp_path, mode):
    (tmp_path / "sleeper.py").write_text(SLEEPER)
    command = [sys.executable, "sleeper.py", mode]
    killed = subprocess.Popen([*command, "2"], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    saver = SqliteSaver(tmp_path / "threads.db")
    until(lambda: saver.load("t") is not None and "$sleep#0/$now#0" in paths(saver, "t"))
    killed.send_signal(signal.SIGKILL)
    assert killed.wait(30) == -9
    assert killed.stdout is not None
    killed.stdout.close()
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["begun", "awake"]
    recorded = dict(entries(saver, "t"))
    began = codec.decode(recorded["$sleep#0/$now#0"].value)
    ended = datetime.fromisoformat(recorded["$sleep#0"].at)
    assert timedelta(seconds=1.99) <= ended - began
    assert recorded["$sleep#0"].started_at > recorded["$sleep#0/$now#0"].at  # begun again by the second attempt
    saver.close()


def until(happened):
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_resume_much_later_does_not_sleep(saver):
    @entrypoint(checkpointer=saver)
    def main(n):
        durable.sleep(3600)
        return "awake"

    class Killed(BaseException):
        pass

    def die(seconds, stop):
        raise Killed

    with using(Sources(time=lambda: 1_000_000.0, sleep=die)), pytest.raises(Killed):
        main.invoke(1, thread_id="t")
    slept = []
    with using(Sources(time=lambda: 1_001_800.0 + sum(slept), sleep=lambda seconds, _: slept.append(seconds))):
        assert main.invoke(None, thread_id="t") == "awake"
    assert sum(slept) == 1800
    assert max(slept) <= 300  # in pieces: clocks are set, and machines sleep


def test_a_pause_takes_no_place_under_the_limit():
    running, most = [0], [0]
    together, begun = threading.Barrier(20), itertools.count()
    lock = threading.Lock()

    @task
    def nap(n):
        durable.sleep(0.05)
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.01)
        with lock:
            running[0] -= 1
        return n

    @entrypoint
    def main(n):
        return gather(*nap.map(range(n)))

    def pause(seconds, _stop):
        if next(begun) < 20:
            together.wait(60)  # all pause at the same time
        time.sleep(seconds)

    with using(Sources(sleep=pause)):
        assert main.invoke(20, {"max_concurrency": 1}) == list(range(20))
    assert most == [1]


async def test_a_pause_takes_no_place_under_the_limit_on_a_loop():
    running, most = [0], [0]
    together, begun = asyncio.Barrier(20), itertools.count()

    @task
    async def nap(n):
        await durable.sleep(0.05)
        running[0] += 1
        most[0] = max(most[0], running[0])
        await asyncio.sleep(0.01)
        running[0] -= 1
        return n

    @entrypoint
    async def main(n):
        return await gather(*nap.map(range(n)))

    async def pause(seconds):
        if next(begun) < 20:
            await together.wait()  # all pause at the same time
        await asyncio.sleep(seconds)

    with using(Sources(asleep=pause)):
        assert await asyncio.wait_for(main.ainvoke(20, {"max_concurrency": 1}), 60) == list(range(20))
    assert most == [1]


async def test_a_pause_can_be_cancelled(saver):
    @task
    async def work():
        return "done"

    @entrypoint(checkpointer=saver)
    async def main(n):
        pause, call = durable.sleep(3600), work()
        await asyncio.wait([pause, call], return_when=asyncio.FIRST_COMPLETED)
        assert pause.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pause
        interrupt("again")
        return await call

    await asyncio.wait_for(main.ainvoke(1, thread_id="t"), 30)
    assert await asyncio.wait_for(main.ainvoke(Command(resume=0), thread_id="t"), 30) == "done"
    assert [entry.kind for path, entry in entries(saver, "t") if path == "$sleep#0"] == ["task.cancelled"]


async def test_a_time_limit_around_a_pause(saver):
    @entrypoint(checkpointer=saver)
    async def main(n):
        try:
            async with asyncio.timeout(0.05):
                await durable.sleep(3600)
        except TimeoutError:
            return "too long"

    assert await asyncio.wait_for(main.ainvoke(1, thread_id="t"), 30) == "too long"


async def test_a_stopped_run_waits_for_no_pause(saver):
    begun = asyncio.Event()

    @entrypoint(checkpointer=saver)
    async def main(n):
        begun.set()
        await durable.sleep(3600)

    running = asyncio.ensure_future(main.ainvoke(1, thread_id="t"))
    await begun.wait()
    await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 30)
    assert saver.load("t").entries[-1].kind == "run.stopped"
    assert paths(saver, "t") == ["$sleep#0/$now#0"]


def test_a_closed_stream_waits_for_no_pause(saver):
    @task
    def first():
        return 1

    @task
    def pause():
        durable.sleep(3600)

    @entrypoint(checkpointer=saver)
    def main(n):
        slow = pause()
        first().result()
        slow.result()

    events = main.stream(1, thread_id="t")
    assert next(events) == {"first": 1}
    until(lambda: "pause#0/$sleep#0/$now#0" in paths(saver, "t"))
    events.close()
    assert saver.load("t").entries[-1].kind == "run.stopped"


@pytest.mark.parametrize("duration", [math.nan, math.inf, "1", None, True])
def test_what_is_no_duration_is_refused(duration):
    @entrypoint
    def main(n):
        durable.sleep(duration)

    with pytest.raises(UsageError) as refused:
        main.invoke(1)
    assert refused.value.code == "usage.option_invalid"


def test_nothing_below_zero():
    @entrypoint
    def main(n):
        durable.sleep(-5)
        durable.sleep(timedelta(days=-1))
        return "awake"

    assert main.invoke(1) == "awake"


def test_an_interrupt_waits_for_a_pause_beside_it(saver):
    @task
    def pause():
        durable.sleep(0.1)
        return "slept"

    @task
    def question():
        return interrupt("sure?")

    @entrypoint(checkpointer=saver)
    def main(n):
        return gather(pause(), question())

    assert [each.value for each in main.invoke(1, thread_id="t")["__interrupt__"]] == ["sure?"]
    assert "pause#0" in paths(saver, "t")
    assert main.invoke(Command(resume="yes"), thread_id="t") == ["slept", "yes"]
