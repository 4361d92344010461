"""Runs that are stopped by Ctrl-C, once and twice."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from journals import kinds
from waiting import until

from taskpoint import (
    SqliteSaver,
    entrypoint,
    gather,
    task,
)
from taskpoint.runtime.execution.host import current_host
from taskpoint.runtime.runs import stopping


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


@pytest.mark.parametrize("patient", [True, False])
def test_ctrl_c_stops_the_runs_of_a_batch(saver, patient):
    runs, left, release = [], [3], threading.Event()

    @task
    def work(n):
        run = current_host("work").run
        runs.append(run)
        if patient:
            until(lambda: run.ending is not None or not left)
        else:
            release.wait()
        return n

    @entrypoint(checkpointer=saver)
    def main(n):
        return [work(n).result(), work(n).result()]

    def all_stopped():
        return all(run.ending is not None for run in runs)

    configs = [{"configurable": {"thread_id": f"t{n}"}, "max_concurrency": 2} for n in range(4)]
    thread = interrupt_when(lambda: len(runs) == 2, *([] if patient else [all_stopped]))
    with pytest.raises(KeyboardInterrupt):
        main.batch(range(4), configs)
    thread.join()
    assert len(runs) == 2
    assert [saver.head(f"t{n}") and saver.head(f"t{n}").holder for n in range(4)] == [None] * 4
    done = ["work#0"] if patient else []
    assert [kinds(saver, f"t{n}") for n in range(2)] == [["run.started", *done, "run.stopped"]] * 2
    assert saver.head("t2") is None
    left.clear()
    release.set()
    assert main.invoke(None, thread_id="t1") == [1, 1]
