"""Pauses that last as long as they were to, whatever happens meanwhile."""

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
from datetime import datetime, timedelta

import pytest
from journals import outcomes, paths
from waiting import until

from taskpoint import Command, SqliteSaver, UsageError, codec, durable, entrypoint, gather, interrupt, task
from taskpoint.runtime.process.sources import Sources, using
from taskpoint.testing import simulated

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
    recorded = {entry.path: entry for entry in outcomes(saver, "t")}
    began = codec.decode(recorded["$sleep#0/$now#0"].value)
    ended = datetime.fromisoformat(recorded["$sleep#0"].at)
    assert timedelta(seconds=1.99) <= ended - began
    assert recorded["$sleep#0"].started_at > recorded["$sleep#0/$now#0"].at  # begun again by the second attempt
    saver.close()


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
    assert [entry.kind for entry in outcomes(saver, "t") if entry.path == "$sleep#0"] == ["task.cancelled"]


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
