"""Durability with savers that are slow, that fail and whose process is killed (chapter 17)."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from taskpoint import (
    Command,
    ConcurrentRunError,
    InMemorySaver,
    ReplayDivergenceError,
    SaverError,
    SqliteSaver,
    UsageError,
    as_completed,
    entrypoint,
    interrupt,
    task,
)
from taskpoint._core.index import Index
from taskpoint.runtime.execution.host import current_host
from taskpoint.runtime.writing import writer

WORKER = Path(__file__).with_name("durability_worker.py")
LAZY = ["async", "exit"]
ALL = ["sync", *LAZY]


def kinds(saver, thread_id="t"):
    return [entry.kind for entry in saver.load(thread_id).entries]


def journal(saver):
    """The entries of the newest run, which is not the newest checkpoint where it has completed."""
    for checkpoint in saver.history("t"):
        if checkpoint.input is not None:
            return saver.load("t", checkpoint.id).entries
    return []


def both(form, func):
    """The function as a task or entrypoint has it, sync or async."""

    async def asynchronous(*args):
        return func(*args)

    asynchronous.__name__ = func.__name__
    return asynchronous if form == "async" else func


def run(workflow, value, form, **options):
    if form == "async":
        return asyncio.run(workflow.ainvoke(value, thread_id="t", **options))
    return workflow.invoke(value, thread_id="t", **options)


def work(folder, durability, at, when, action):
    command = [sys.executable, str(WORKER), folder / "t.db", folder / "effects", durability, at, when, action]
    return subprocess.run([str(each) for each in command], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("durability", ALL)
def test_killed_at_every_append(tmp_path, durability, when):
    """A beginning of what was done is recorded, and the resumed run is right, wherever the process dies."""
    expected = str([n * 10 for n in range(4)])
    for at in range(1, 20):
        folder = tmp_path / str(at)
        folder.mkdir()
        died = work(folder, durability, at, when, "2")
        if died.returncode == 0:
            assert died.stdout.strip() == expected
            break
        assert died.returncode == -signal.SIGKILL, died.stderr
        with SqliteSaver(folder / "t.db") as saver:
            entries = journal(saver)
        assert [entry.seq for entry in entries] == list(range(len(entries)))
        assert entries[0].kind == "run.started"
        index = Index(entries)
        paths = [path for scope in index.outcomes.values() for path in scope]
        if durability == "exit":
            assert sorted(paths) == ([] if when == "before" else [f"charge#{n}" for n in range(4)])
        elif durability == "sync" and at <= 2:
            assert paths == [f"charge#{n}" for n in range(at - (when == "before"))]
        else:  # the two calls that wait for each other come first, in their order
            assert paths[:2] == [f"charge#{n}" for n in range(min(2, len(paths)))]
        if entries[-1].kind != "run.completed":
            again = work(folder, durability, 0, "never", "resume")
            assert (again.returncode, again.stdout.strip()) == (0, expected), again.stderr
        keys, times = defaultdict(set), defaultdict(int)
        for line in (folder / "effects").read_text().splitlines():
            number, key = line.split()
            keys[number].add(key)
            times[number] += 1
        assert all(len(found) == 1 for found in keys.values())
        assert all(times[path[7:]] == 1 for path in paths)
    else:
        pytest.fail("the run never came to its end")
    assert at > 1 + (durability == "sync") * 2


class Slow(InMemorySaver):
    """Appends only when it is let; `commits_on_loop` says whether it would stop an event loop."""

    commits_on_loop = False

    def __init__(self):
        super().__init__()
        self.go = threading.Event()
        self.asked = threading.Event()
        self.sizes = []

    def append(self, thread_id, checkpoint_id, expected_seq, entries, *args, **kwargs):
        self.asked.set()
        assert self.go.wait(30)
        self.sizes.append(len(entries))
        super().append(thread_id, checkpoint_id, expected_seq, entries, *args, **kwargs)


@pytest.mark.parametrize("form", ["sync", "async"])
@pytest.mark.parametrize("durability", LAZY)
def test_a_slow_saver_holds_nobody_up(form, durability):
    """The saver writes nothing before the third call runs, so with sync this would wait for ever."""
    saver = Slow()

    def step(n):
        if n == 2:
            assert durability == "exit" or saver.asked.wait(30)
            assert kinds(saver) == ["run.started"]
            saver.go.set()
        return n

    tasked = task(both(form, step))
    if form == "async":

        async def main(_):
            return [await tasked(n) for n in range(4)]

    else:

        def main(_):
            return [tasked(n).result() for n in range(4)]

    workflow = entrypoint("main", main, checkpointer=saver)
    assert run(workflow, 0, form, durability=durability) == [0, 1, 2, 3]
    assert [entry.kind for entry in journal(saver)] == ["run.started", *["task.completed"] * 4, "run.completed"]
    assert len(saver.sizes) == 1 if durability == "exit" else len(saver.sizes) >= 2


@pytest.mark.parametrize("form", ["sync", "async"])
@pytest.mark.parametrize("durability", LAZY)
def test_the_journal_has_the_order_of_delivery(form, durability):
    saver = InMemorySaver()
    tasked = task("step", both(form, lambda n: n))
    if form == "async":

        async def main(_):
            return [await future async for future in as_completed([tasked(n) for n in range(200)])]

    else:

        def main(_):
            return [future.result() for future in as_completed([tasked(n) for n in range(200)])]

    workflow = entrypoint("main", main, checkpointer=saver)
    delivered = run(workflow, 0, form, durability=durability)
    recorded = [int(entry.value) for entry in journal(saver) if entry.kind == "task.completed"]
    assert delivered == recorded
    assert sorted(recorded) == list(range(200))


def test_a_saver_that_cannot_keep_up_holds_results_back(monkeypatch):
    """What waits to be written is bounded: after that an outcome waits for its entry (DUR-010)."""
    from taskpoint.runtime.runs import requests

    monkeypatch.setattr(requests, "DURABILITY", {"async": 3})
    saver = Slow()
    ran = []

    @task
    def step(n):
        ran.append(n)
        machine = current_host("step").run.machine
        assert len(machine.behind) <= 3
        if n == 3:
            saver.go.set()
        return n

    @entrypoint(checkpointer=saver)
    def main(_):
        return [step(n).result() for n in range(50)]

    assert main.invoke(0, thread_id="t", durability="async") == list(range(50))
    assert max(saver.sizes) <= 5
    assert [entry.seq for entry in journal(saver)] == list(range(52))


class Failing(InMemorySaver):
    """Fails at its n-th append."""

    def __init__(self, at):
        super().__init__()
        self.at = at
        self.appends = 0

    def append(self, *args, **kwargs):
        self.appends += 1
        if self.appends == self.at:
            raise SaverError("the disk is full", committed=False)
        super().append(*args, **kwargs)


@pytest.mark.parametrize("durability", LAZY)
def test_a_failing_saver_ends_the_run(durability):
    saver = Failing(1)

    @task
    def step(n):
        return n

    @entrypoint(checkpointer=saver)
    def main(n):
        return [step(i).result() for i in range(n)]

    with pytest.raises(SaverError):
        main.invoke(300, thread_id="t", durability=durability)
    assert kinds(saver) == ["run.started"]
    assert saver.appends == 1
    assert main.invoke(None, thread_id="t", durability=durability) == list(range(300))


@pytest.mark.parametrize("durability", ALL)
def test_who_is_overtaken_records_nothing_more(durability):
    saver = InMemorySaver()

    @task
    def meddle():
        with ThreadPoolExecutor() as elsewhere:  # inside of the run it would be a call of it
            elsewhere.submit(other.invoke, 5, thread_id="t", take_over=True).result()

    @task
    def step():
        return 1

    @entrypoint(checkpointer=saver)
    def other(n):
        return n

    @entrypoint(checkpointer=saver)
    def main(_):
        step().result()
        meddle().result()
        step().result()

    with pytest.raises(ConcurrentRunError):
        main.invoke(0, thread_id="t", durability=durability)
    sources = [each.source for each in saver.history("t")]
    assert sources == ["loop", "input", "input"]
    first = saver.load("t", saver.history("t")[-1].id)
    assert "run.completed" not in [entry.kind for entry in first.entries]
    assert len(first.entries) <= 2
    assert other.get_state(thread_id="t").values == 5


def test_a_heartbeat_of_exit_adds_no_entry(monkeypatch):
    monkeypatch.setattr(writer, "_RENEW_SECONDS", -1.0)
    saver = InMemorySaver()
    leases = []

    @task
    def step(n):
        run = current_host("step").run
        before = saver.head("t").holder
        run.renew()
        leases.append(saver.head("t").holder is not before)
        return n

    @entrypoint(checkpointer=saver)
    def main(_):
        found = [step(n).result() for n in range(3)]
        assert kinds(saver) == ["run.started"]
        return found

    assert main.invoke(0, thread_id="t", durability="exit") == [0, 1, 2]
    assert leases == [True, True, True]
    assert len(journal(saver)) == 5


@pytest.mark.parametrize("durability", ALL)
def test_every_end_leaves_a_thread_that_can_be_resumed(durability):
    saver = InMemorySaver()
    ran = []
    mood = ["fail"]

    @task
    def step(n):
        ran.append(n)
        if n == 2 and mood[0] == "fail":
            raise LookupError("on purpose")
        host = current_host("step")
        while n == 3 and mood[0] == "stop" and host.run.ending is None:  # until the stream is closed
            time.sleep(0.001)
        return n

    @entrypoint(checkpointer=saver)
    def main(_):
        first = step(1).result()
        answer = interrupt("?")
        return [first, answer, step(2).result(), step(3).result()]

    main.invoke(0, thread_id="t", durability=durability)
    with pytest.raises(LookupError):
        main.invoke(Command(resume="yes"), thread_id="t", durability=durability)
    mood[0] = "stop"
    stream = main.stream(None, thread_id="t", durability=durability)
    assert next(stream) == {"step": 2}
    stream.close()
    assert journal(saver)[-1].kind == "run.stopped"
    mood[0] = "well"
    assert main.invoke(None, thread_id="t", durability=durability) == [1, "yes", 2, 3]
    assert (ran.count(1), ran.count(2)) == (1, 2)
    assert "run.failed" in [entry.kind for entry in journal(saver)]


@pytest.mark.parametrize("durability", LAZY)
def test_a_divergence_is_recorded_with_what_was_done(durability):
    saver = InMemorySaver()
    amount = [1]

    @task
    def step(n):
        return n

    @entrypoint(checkpointer=saver)
    def main(_):
        step(amount[0]).result()
        return interrupt("?")

    main.invoke(0, thread_id="t", durability=durability)
    amount[0] = 2
    with pytest.raises(ReplayDivergenceError):
        main.invoke(None, thread_id="t", durability=durability)
    assert kinds(saver)[-2:] == ["run.resumed", "run.failed"]


@pytest.mark.parametrize("given", ["bogus", "SYNC", "", 1, ["sync"], True])
@pytest.mark.parametrize("keeps", [True, False])
def test_an_unknown_durability_is_refused(given, keeps):
    @entrypoint(checkpointer=InMemorySaver() if keeps else None)
    def main(_):
        raise AssertionError("it runs")

    for use in (main.invoke, main.stream, main.astream, lambda *a, **k: asyncio.run(main.ainvoke(*a, **k))):
        with pytest.raises(UsageError) as caught:
            use(0, {"configurable": {"thread_id": "t"}}, durability=given)
        assert caught.value.code == "usage.option_invalid"
        assert "exit" in str(caught.value)


def test_without_a_saver_any_durability_will_do():
    @task
    def step(n):
        return n

    @entrypoint
    def main(n):
        return step(n).result()

    assert [main.invoke(1, durability=each) for each in (*ALL, None)] == [1] * 4


def test_no_signal_handler_is_installed():
    """The handlers belong to the program (DUR-020)."""
    code = """
import signal
def handlers():
    return {number: signal.getsignal(number) for number in signal.valid_signals()}
before = handlers()
import taskpoint
from taskpoint import InMemorySaver, entrypoint, task
@task
def step(n): return n
@entrypoint(checkpointer=InMemorySaver())
def main(n):
    assert handlers() == before
    return step(n).result()
for durability in ("sync", "async", "exit"):
    main.invoke(1, thread_id="t", durability=durability)
assert handlers() == before
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, env=dict(os.environ))
