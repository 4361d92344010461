"""Runs that are stopped from outside: by a function, by Ctrl-C, by SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from waiting import is_ending, until

from taskpoint import (
    InMemorySaver,
    SqliteSaver,
    StopRun,
    UsageError,
    entrypoint,
    gather,
    stop_on_signals,
    stop_runs,
    task,
)
from taskpoint.runtime import heartbeat, stopping, writer


def kinds(saver, thread_id):
    """What a thread's newest run recorded: kinds and paths."""
    loaded = saver.load(thread_id)
    if not loaded.entries:
        loaded = saver.load(thread_id, loaded.checkpoint.parent_id)
    return [getattr(entry, "path", entry.kind) for entry in loaded.entries]


# By a function


def test_a_run_is_stopped_from_another_thread(saver):
    begun, go_on = threading.Event(), threading.Event()

    @task
    def slow(n):
        begun.set()
        assert go_on.wait(30)
        return n

    @entrypoint(checkpointer=saver)
    def main(n):
        calls = [slow(0), slow(1)]
        return [*gather(*calls), slow(2).result()]

    raised = []

    def run():
        try:
            main.invoke(1, thread_id="t")
        except StopRun as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert begun.wait(30)
    until(lambda: stop_runs("t") == 1)
    assert stop_runs("other") == 0
    go_on.set()
    thread.join(30)
    assert len(raised) == 1
    recorded = kinds(saver, "t")
    assert recorded[-1] == "run.stopped"
    assert {"slow#0", "slow#1"} >= set(recorded[1:-1]) >= {"slow#0"}  # what was in flight is kept
    assert stop_runs() == 0
    assert main.invoke(None, thread_id="t") == [0, 1, 2]


def test_a_stopped_run_that_waits_keeps_its_lease(monkeypatch):
    monkeypatch.setattr(heartbeat, "_PERIOD_SECONDS", 0.005)
    monkeypatch.setattr(writer, "_RENEW_SECONDS", 0.0)
    begun, stopped, renewed = threading.Event(), threading.Event(), threading.Event()

    class Watched(InMemorySaver):
        def append(self, thread_id, checkpoint_id, expected_seq, entries, closing=None, holder=None, **options):
            super().append(thread_id, checkpoint_id, expected_seq, entries, closing, holder, **options)
            if stopped.is_set() and holder is not None and not entries:
                renewed.set()

    saver = Watched()

    @task
    def pay(n):
        begun.set()
        return n if renewed.wait(30) else None

    @entrypoint(checkpointer=saver)
    def main(n):
        return pay(n).result()

    def stop():
        assert begun.wait(30)
        assert stop_runs("t") == 1
        stopped.set()

    thread = threading.Thread(target=stop)
    thread.start()
    with pytest.raises(StopRun):
        main.invoke(7, thread_id="t")
    thread.join(30)
    assert renewed.is_set()  # STP-007
    assert main.invoke(None, thread_id="t") == 7


async def test_a_run_on_a_loop_is_stopped_and_what_is_in_flight_is_kept(saver):
    begun, go_on = asyncio.Event(), asyncio.Event()

    @task
    async def slow(n):
        begun.set()
        await go_on.wait()
        return n

    @task
    async def outer(n):
        return await slow(n)

    @entrypoint(checkpointer=saver)
    async def main(n):
        return await gather(slow(0), outer(1))

    running = asyncio.ensure_future(main.ainvoke(1, thread_id="t"))
    await begun.wait()
    await asyncio.sleep(0.01)
    assert await asyncio.to_thread(stop_runs) == 1
    await asyncio.sleep(0.01)
    assert not running.done()
    go_on.set()
    with pytest.raises(StopRun):
        await asyncio.wait_for(running, 30)
    assert kinds(saver, "t")[0] == "run.started"
    assert sorted(kinds(saver, "t")[1:-1]) == ["outer#0/slow#0", "slow#0"]
    assert kinds(saver, "t")[-1] == "run.stopped"
    assert await main.ainvoke(None, thread_id="t") == [0, 1]


async def test_cancelling_the_caller_drops_what_is_in_flight(saver):
    begun = asyncio.Event()

    @task
    async def forever():
        begun.set()
        await asyncio.Event().wait()

    @entrypoint(checkpointer=saver)
    async def main(n):
        await forever()

    running = asyncio.ensure_future(main.ainvoke(1, thread_id="t"))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 30)
    assert kinds(saver, "t") == ["run.started", "run.stopped"]


def test_a_pause_between_two_attempts_is_stopped(saver):
    from taskpoint import RetryPolicy

    failed = threading.Event()

    @entrypoint(checkpointer=saver, retry_policy=RetryPolicy(initial_interval=3600, jitter=False))
    def main(n):
        failed.set()
        raise ConnectionError

    def stop():
        assert failed.wait(30)
        until(lambda: "run.failed" in kinds(saver, "t"))
        time.sleep(0.05)
        stop_runs()

    thread = threading.Thread(target=stop)
    thread.start()
    with pytest.raises(StopRun):
        main.invoke(1, thread_id="t")
    thread.join()


# Ctrl-C


def interrupt_when(*conditions):
    def interrupt():
        for condition in conditions:
            until(condition)
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    return thread


def test_ctrl_c_keeps_what_finished(saver):
    begun = threading.Event()

    @task
    def quick():
        return 1

    @task
    def slow():
        begun.set()
        for _ in range(600 if len(attempts) == 1 else 0):  # a signal that comes just before a sleep does not end it
            time.sleep(0.05)
        return 2

    attempts = []

    @entrypoint(checkpointer=saver)
    def main(n):
        attempts.append(1)
        return [quick().result(), slow().result()]

    thread = interrupt_when(begun.is_set)
    with pytest.raises(KeyboardInterrupt):
        main.invoke(1, thread_id="t")
    thread.join()
    assert kinds(saver, "t") == ["run.started", "quick#0", "run.stopped"]
    assert main.invoke(None, thread_id="t") == [1, 2]


def test_ctrl_c_below_an_async_task_of_a_sync_workflow_is_no_act_of_the_workflow(saver):
    attempts = []

    @task
    async def leaf():
        if len(attempts) == 1:
            signal.raise_signal(signal.SIGINT)
            await asyncio.Event().wait()
        return 1

    @task
    async def outer():
        return await leaf()

    @entrypoint(checkpointer=saver)
    def main(n):
        attempts.append(1)
        return outer().result()

    with pytest.raises(KeyboardInterrupt):
        main.invoke(1, thread_id="t")
    assert kinds(saver, "t") == ["run.started", "run.stopped"]
    assert main.invoke(None, thread_id="t") == 1


def is_awaited():
    """Whether the one run of this process was told to end, and waits for what is in flight."""
    runs = [use._run for use in list(stopping._REGISTRY.uses) if use._run is not None]
    return any(run.ending is not None and run.idle is not None and run.idle._waiters for run in runs)


@pytest.mark.parametrize("way", ["invoke", "stream"])
def test_a_second_ctrl_c_waits_for_nobody_and_gives_the_thread_back(saver, way):
    begun, go_on = threading.Event(), threading.Event()

    @task
    def slow(n):
        if n:
            begun.set()
            assert go_on.wait(30)
        return n

    @entrypoint(checkpointer=saver)
    def main(n):
        return gather(slow(0), slow(1), slow(0))

    thread = interrupt_when(begun.is_set, is_awaited)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        main.invoke(1, thread_id="t") if way == "invoke" else list(main.stream(1, thread_id="t"))
    assert time.monotonic() - began < 20
    thread.join()
    assert kinds(saver, "t")[-1] == "run.stopped"
    loaded = saver.load("t")
    assert loaded.holder is None
    go_on.set()
    assert main.invoke(None, thread_id="t") == [0, 1, 0]


async def test_who_cancels_a_caller_twice_waits_for_nobody(saver):
    """`STP-004`."""
    begun, go_on = threading.Event(), threading.Event()

    @task
    def slow(n):
        begun.set()
        assert go_on.wait(30)
        return n

    @entrypoint(checkpointer=saver)
    async def main(n):
        return await slow(n)

    running = asyncio.create_task(main.ainvoke(1, thread_id="t"))
    await asyncio.to_thread(begun.wait)
    running.cancel()
    assert not (await asyncio.wait([running], timeout=0.2))[0]  # what is in flight is awaited
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 20)
    assert kinds(saver, "t") == ["run.started", "run.stopped"]
    assert saver.load("t").holder is None
    go_on.set()
    assert await main.ainvoke(None, thread_id="t") == 1


IMPATIENT = textwrap.dedent("""
    import asyncio, sys, time
    from taskpoint import SqliteSaver, entrypoint, task

    @task
    def slow(n):
        print("begun", flush=True)
        time.sleep(60)

    saver = SqliteSaver("threads.db")

    @entrypoint(checkpointer=saver)
    async def main(n):
        ticking = asyncio.create_task(tick())
        try:
            return await slow(n)
        except asyncio.CancelledError:
            print("cancelled", flush=True)
            raise

    async def tick():  # a signal may come to another thread: then the loop has to wake up by itself to see it
        while True:
            await asyncio.sleep(0.05)

    @entrypoint(name="main", checkpointer=saver)
    def in_thread(n):
        return slow(n).result()

    async def use(run):
        ticking = asyncio.create_task(tick())
        try:
            await asyncio.wait([run])
        except asyncio.CancelledError:
            run.cancel()
            for _ in range(10):  # until it has reached the run
                await asyncio.sleep(0)
            print("cancelled", flush=True)
            await run

    async def beside():
        await use(asyncio.ensure_future(in_thread.ainvoke(1, thread_id="t")))

    async def streamed():
        async def read():
            async for _ in in_thread.astream(1, thread_id="t"):
                pass
        await use(asyncio.ensure_future(read()))

    ways = {
        "invoke": lambda: main.invoke(1, thread_id="t"),
        "ainvoke": lambda: asyncio.run(main.ainvoke(1, thread_id="t")),
        "ainvoke of a sync one": lambda: asyncio.run(beside()),
        "astream of a sync one": lambda: asyncio.run(streamed()),
    }
    ways[sys.argv[1]]()
    """)


@pytest.mark.parametrize("way", ["invoke", "ainvoke", "ainvoke of a sync one", "astream of a sync one"])
def test_a_second_ctrl_c_under_asyncio_waits_for_nobody(tmp_path, way):
    """`STP-004`: the event loop cancels what waits, and then waits for its threads; none of ours is left."""
    (tmp_path / "program.py").write_text(IMPATIENT, encoding="utf-8")
    options = {"cwd": tmp_path, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "program.py", way], **options) as process:
        began = time.monotonic()
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "cancelled\n"
        while process.poll() is None:  # once is enough, but for one that comes in a destructor: Python loses it
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
        assert "KeyboardInterrupt" in process.communicate()[1]
        assert time.monotonic() - began < 30
    with SqliteSaver(tmp_path / "threads.db") as saver:
        assert kinds(saver, "t") == ["run.started", "run.stopped"]
        assert saver.load("t").holder is None


# Real processes, real signals, at any moment

PROGRAM = textwrap.dedent("""
    import asyncio, os, sys, time
    from taskpoint import SqliteSaver, StopRun, entrypoint, gather, stop_on_signals, task

    def note(n):
        with open("ran.txt", "a") as file:
            print(n, file=file)

    @task
    def step(n):
        note(n)
        time.sleep(0.002)
        return n

    @task
    async def astep(n):
        note(n)
        await asyncio.sleep(0.002)
        return n

    saver = SqliteSaver("threads.db")

    @entrypoint(name="main", checkpointer=saver)
    def main(n):
        return sum(step(i).result() for i in range(n)) + sum(gather(*step.map(range(n, 2 * n))))

    @entrypoint(name="main", checkpointer=saver)
    async def amain(n):
        return sum([await astep(i) for i in range(n)]) + sum(await gather(*astep.map(range(n, 2 * n))))

    how, mode, value = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else None

    def run():
        if mode == "sync":
            return main.invoke(value, thread_id="t")
        return asyncio.run(amain.ainvoke(value, thread_id="t"))

    if how == "SIGTERM":
        with stop_on_signals():
            print("ready", flush=True)
            print(run(), flush=True)
    else:
        print("ready", flush=True)
        print(run(), flush=True)
    """)
STEPS = 60


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT"])
def test_signals_at_any_moment(tmp_path, mode, how):
    (tmp_path / "program.py").write_text(PROGRAM)
    command = [sys.executable, "program.py", how, mode]
    chance = random.Random(f"{mode} {how}")
    signals, value = 0, str(STEPS)
    for _ in range(12):
        process = subprocess.Popen(
            [*command, value] if value else command,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0, 0.12))
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(getattr(signal, how))
        out, err = process.communicate(timeout=60)
        with SqliteSaver(tmp_path / "threads.db") as saver:
            loaded = saver.load("t")
            if process.returncode == 0 or out:
                assert out.strip() == str(sum(range(2 * STEPS)))
                break
            signals += 1
            if "Exception ignored in" not in err:  # pydantic swallows a Ctrl-C that comes while it matches a pattern
                assert process.returncode == (143 if how == "SIGTERM" else -2), err
            if loaded is None:
                continue
            value = ""
            if how == "SIGTERM":
                assert loaded.entries[-1].kind == "run.stopped", err
                assert loaded.holder is None
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode == 0:
        assert done.stdout.split()[-1] == str(sum(range(2 * STEPS)))
    else:
        assert "nothing_to_resume" in done.stderr
    ran = (tmp_path / "ran.txt").read_text().split()
    assert {int(each) for each in ran} == set(range(2 * STEPS))
    if how == "SIGTERM":  # what was in flight was finished and recorded
        assert len(ran) == 2 * STEPS
    assert signals > 0


def test_handlers_are_restored_and_get_the_signal():
    seen = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: seen.append(number))
    try:
        mine = signal.getsignal(signal.SIGUSR1)

        @entrypoint
        def main(n):
            signal.raise_signal(signal.SIGUSR1)
            until(is_ending)
            return n

        with pytest.raises(StopRun), stop_on_signals(signal.SIGUSR1):  # noqa: PT012 - what happens inside counts
            assert signal.getsignal(signal.SIGUSR1) is not mine
            with pytest.raises(StopRun):
                main.invoke(1)
            assert seen == []
            main.invoke(2)  # nothing new begins
        assert seen == [signal.SIGUSR1]
        assert signal.getsignal(signal.SIGUSR1) is mine
        with stop_on_signals(signal.SIGUSR1):
            pass
        assert entrypoint("plain", lambda n: n).invoke(1) == 1
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_second_signal_is_not_held_back():
    before = signal.signal(signal.SIGUSR1, signal.SIG_DFL)
    try:

        @entrypoint(checkpointer=InMemorySaver())
        def main(n):
            signal.raise_signal(signal.SIGUSR1)
            signal.raise_signal(signal.SIGUSR1)
            raise AssertionError

        with pytest.raises(SystemExit) as ended, stop_on_signals(signal.SIGUSR1):
            main.invoke(1, thread_id="t")
        assert ended.value.code == 128 + signal.SIGUSR1
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_handlers_belong_to_the_main_thread():
    refused = []

    def enter():
        try:
            with stop_on_signals():
                pass
        except UsageError as error:
            refused.append(error.hint)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert refused == ["call it where the program begins"]
