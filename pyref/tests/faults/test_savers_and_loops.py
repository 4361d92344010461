"""Savers that break the rules, are slow or die, and event loops that hide, close or starve."""

import asyncio
import contextlib
import gc
import logging
import sqlite3
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

import pytest
from threads_under_test import entries, kinds
from waiting import until

from taskpoint import (
    Command,
    InMemorySaver,
    ReplayDivergenceError,
    SaverError,
    SqliteSaver,
    entrypoint,
    interrupt,
    task,
)
from taskpoint.runtime.execution import settling
from taskpoint.runtime.execution.host import current_host
from taskpoint.runtime.process.threads import NUDGER
from taskpoint.runtime.runs import attempt, beginning
from taskpoint.runtime.writing import heartbeat, writer

FORMS = ("sync", "async")
EXIT_WORKER = Path(__file__).with_name("exit_worker.py")
THREADLESS_WORKER = Path(__file__).with_name("threadless_worker.py")


def chain(form, saver, ran):
    """Three calls, one after the other."""

    def work(i):
        ran.append(i)
        return i

    async def awork(i):
        return work(i)

    step = task("work", awork if form == "async" else work)

    def main(n):
        return [step(i).result() for i in range(3)]

    async def amain(n):
        return [await step(i) for i in range(3)]

    return entrypoint("main", amain if form == "async" else main, checkpointer=saver)


class Odd(Exception):
    """Nothing that a saver should raise."""


class Broken(InMemorySaver):
    """Raises at its n-th write, before or after the write."""

    def __init__(self, moment, error, *, after=False):
        super().__init__()
        self.left, self.error, self.after = moment, error, after
        self.unreadable = False

    def _write(self, write):
        self.left -= 1
        if self.left == 0:
            if self.after:
                write()
            raise self.error
        write()

    def begin(self, *args, **kwargs):
        self._write(lambda: InMemorySaver.begin(self, *args, **kwargs))

    def append(self, *args, **kwargs):
        self._write(lambda: InMemorySaver.append(self, *args, **kwargs))

    def load(self, *args):
        if self.left == 0 and self.unreadable:
            self.unreadable = False
            raise SaverError("not now", committed=None)
        return super().load(*args)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("moment", range(1, 6))
def test_any_error_of_a_saver_is_read_back_and_tried_once_more(form, moment):
    ran = []
    saver = Broken(moment, Odd("disk on fire"))
    main = chain(form, saver, ran)
    assert main.invoke(0, thread_id="t") == [0, 1, 2]
    assert ran == [0, 1, 2]
    assert len(entries(saver, "task.completed")) == 3


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("moment", range(1, 5))
def test_an_odd_error_after_the_write_is_an_unknown_commit_too(form, moment):
    ran = []
    saver = Broken(moment, Odd("too late"), after=True)
    main = chain(form, saver, ran)
    assert main.invoke(0, thread_id="t") == [0, 1, 2]
    assert ran == [0, 1, 2]


@pytest.mark.parametrize("form", FORMS)
def test_a_thread_whose_begin_could_not_be_read_back_can_be_resumed(form):
    ran = []
    saver = Broken(1, SaverError("lost", committed=None), after=True)
    saver.unreadable = True
    main = chain(form, saver, ran)
    with pytest.raises(SaverError):
        main.invoke(0, thread_id="t")
    assert main.invoke(None, thread_id="t") == [0, 1, 2]


class Slow(InMemorySaver):
    """Takes its time, and so must not be waited for on the loop."""

    commits_on_loop = False

    def __init__(self):
        super().__init__()
        self.threads = set()

    def append(self, *args, **kwargs):
        self.threads.add(threading.current_thread())
        time.sleep(0.02)
        super().append(*args, **kwargs)


def test_a_slow_saver_does_not_stop_the_loop_and_is_waited_for():
    ran, ticks = [], []

    class Patient(Slow):
        def append(self, *args, **kwargs):
            before = len(ticks)
            until(lambda: len(ticks) > before + 2)  # which a loop that waits for this write never does
            super().append(*args, **kwargs)

    saver = Patient()
    main = chain("async", saver, ran)

    async def tick():
        while True:
            ticks.append(1)
            await asyncio.sleep(0.001)

    async def both():
        ticking = asyncio.ensure_future(tick())
        value = await main.ainvoke(0, thread_id="t")
        ticking.cancel()
        return value

    assert asyncio.run(both()) == [0, 1, 2]
    assert threading.main_thread() not in saver.threads
    assert [entry.kind for entry in entries(saver, "task")] == ["task.completed"] * 3


class Stopping(InMemorySaver):
    """Nothing that it was asked after a moment is kept."""

    allowed = 10**9

    def append(self, *args, **kwargs):
        self.allowed -= 1
        if self.allowed < 0:
            raise SaverError("full", committed=False)
        super().append(*args, **kwargs)


def test_nothing_is_delivered_and_nothing_starts_after_a_write_that_failed():
    """JRN-032, with calls in flight beside it."""
    saver, ran = Stopping(), []
    saver.allowed = 0

    @task
    async def work(i):
        ran.append(i)
        await asyncio.sleep(0.001 * i)
        return i

    @entrypoint(checkpointer=saver)
    async def main(n):
        async def branch(i):
            first = await work(i)
            ran.append("went on")
            return await work(first + 10)

        return await asyncio.gather(*[branch(i) for i in range(3)])

    with pytest.raises(SaverError):
        main.invoke(0, thread_id="t")
    assert ran == [0, 1, 2]
    assert kinds(saver) == ["run.started"]
    saver.allowed = 10**9
    assert main.invoke(None, thread_id="t") == [10, 11, 12]


# --- loops --------------------------------------------------------------------------------------------------------


class Hidden(asyncio.SelectorEventLoop):
    """A loop that does not show its queue under the name that asyncio uses, as uvloop."""

    hides = False

    def __getattribute__(self, name):
        if name == "_ready" and object.__getattribute__(self, "hides"):
            raise AttributeError(name)
        return object.__getattribute__(self, name)


class Blind(settling.Settler):
    """Made while its loop hides its queue: it sees none afterwards."""

    def __init__(self, loop):
        loop.hides = True
        super().__init__(loop)
        loop.hides = False
        assert self._ready is None


def uneven(saver, crashed):
    @task
    async def work(branch, turn):
        await asyncio.sleep(0)
        return [branch, turn]

    @entrypoint(checkpointer=saver)
    async def main(n):
        async def walk(branch):
            got = []
            for turn in range(3):
                for _ in range(branch * 3 % 7):
                    await asyncio.sleep(0)
                got.append(await work(branch, turn))
            return got

        return await asyncio.gather(*[walk(branch) for branch in range(4)])

    return main


@pytest.mark.parametrize("allowed", range(6))
def test_a_loop_that_hides_its_queue_settles_by_rounds(allowed, monkeypatch):
    saver = Stopping()
    saver.allowed = allowed
    main = uneven(saver, [])
    monkeypatch.setattr(settling, "Settler", Blind)
    value = None
    for _ in range(2):
        with asyncio.Runner(loop_factory=Hidden) as runner:
            try:
                value = runner.run(main.ainvoke(0 if saver.head("t") is None else None, thread_id="t"))
                break
            except SaverError:
                saver.allowed = 10**9
            finally:
                assert isinstance(settling.settler_of(runner.get_loop()), Blind)
    assert value == [[[branch, turn] for turn in range(3)] for branch in range(4)]
    assert len(entries(saver, "task.completed")) == 12


left: list[asyncio.Task] = []
"""What was pending on the loops that were closed: it would complain when it is collected, in another test."""


def closed_under_a_run(main, reached, thread_id):
    """Begin a run on a loop, and close the loop when `reached` is true."""
    loop = asyncio.new_event_loop()
    running = loop.create_task(main.ainvoke(3, thread_id=thread_id))
    assert not running.done()
    while not reached():
        loop.run_until_complete(asyncio.sleep(0.001))
    left.extend(asyncio.all_tasks(loop))
    loop.close()


def test_the_lease_of_a_run_is_let_go_whose_loop_was_closed_when_it_had_something_to_do():
    saver, runs = InMemorySaver(), []

    @task
    async def step():
        await asyncio.sleep(0)

    @entrypoint(checkpointer=saver)
    async def main(_):
        runs.append(current_host("main").run)
        while True:
            await step()

    loop = asyncio.new_event_loop()
    left.append(loop.create_task(main.ainvoke(0, thread_id="t")))
    while not runs or not runs[0].loops[0]._asked:
        loop.call_soon(loop.stop)
        loop.run_forever()
    left.extend(asyncio.all_tasks(loop))
    loop.close()
    runs[0].writer._renewed = float("-inf")
    with pytest.raises(RuntimeError, match="closed"):  # what the heartbeat goes by
        runs[0].renew()


def test_a_loop_that_is_gone_leaves_nothing_behind():
    main = chain("async", InMemorySaver(), [])
    loops = []

    async def run():
        loops.append(weakref.ref(asyncio.get_running_loop()))
        return await main.ainvoke(0, thread_id="t")

    assert asyncio.run(run()) == [0, 1, 2]
    gc.collect()
    assert loops[0]() is None


@pytest.mark.skipif(
    (3, 12) <= sys.version_info < (3, 12, 2), reason="these start no thread once the main thread has ended (gh-113964)"
)
def test_a_loop_goes_on_to_its_end_when_the_main_thread_has_ended(tmp_path):
    command = [sys.executable, str(EXIT_WORKER), str(tmp_path / "t.db")]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (printed.stdout, printed.stderr) == ("[3, 0, 1, 2]\n", "")


@pytest.mark.parametrize("moment", ["first", "later"])
@pytest.mark.parametrize(
    ("way", "durability"),
    [
        ("one_after_the_other", "sync"),
        ("one_after_the_other", "async"),
        ("beside_each_other", "sync"),
        ("left_alone", "sync"),
        ("on_a_loop", "sync"),
        ("in_threads", "sync"),
        ("limited", "sync"),
    ],
)
def test_a_run_ends_where_there_is_no_thread_to_be_had(tmp_path, way, durability, moment):
    command = [sys.executable, str(THREADLESS_WORKER), way, str(tmp_path / "t.db"), durability, moment]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    value = "3" if way == "left_alone" else "[0, 2, 4]"
    first, *rest = printed.stdout.splitlines()
    assert first in {"can't start new thread", value}, printed.stderr
    assert rest == ["None", value], printed.stderr


@pytest.fixture
def heart(monkeypatch):
    """A heart of the test's own, which nobody else's runs depend on, and what its thread dies of."""
    died = []
    own = heartbeat.Heart()
    monkeypatch.setattr(threading, "excepthook", died.append)
    for module in (attempt, beginning, heartbeat):
        monkeypatch.setattr(module, "HEART", own)
    monkeypatch.setattr(heartbeat, "_PERIOD_SECONDS", 0.002)
    yield died
    own._runs.clear()
    while left:
        pending = left.pop()
        pending._log_destroy_pending = False
        with contextlib.suppress(RuntimeError):
            pending.get_coro().close()


@pytest.mark.usefixtures("heart")
def test_a_loop_that_is_closed_under_a_run_leaves_it_to_be_resumed(monkeypatch):
    monkeypatch.setattr(heartbeat, "_PERIOD_SECONDS", 60)
    saver, ran, ended = InMemorySaver(), [], []

    @task
    async def wait(i):
        ran.append(i)
        if len(ran) == 1:
            await asyncio.sleep(3600)
        ended.append(i)
        return i

    @entrypoint(checkpointer=saver)
    async def main(n):
        return await wait(n)

    closed_under_a_run(main, lambda: ran, "t")
    assert main.invoke(None, thread_id="t", take_over=True) == 3
    assert (ran, ended) == ([3, 3], [3])


@pytest.mark.usefixtures("heart")
def test_a_closed_loop_does_not_stop_who_starts_calls():
    """Nobody waits for the call of the other run, so it is started by the one thread that looks after all runs."""
    begun, go_on, ran, runs = threading.Event(), threading.Event(), threading.Event(), []

    @task
    def hold(n):
        begun.set()
        assert go_on.wait(30)
        return n

    @entrypoint(checkpointer=InMemorySaver())
    async def main(n):
        runs.append(current_host("main").run)
        return await asyncio.gather(*hold.map(range(n)))

    closed_under_a_run(main, begun.is_set, "t")
    go_on.set()
    until(lambda: runs[0].machine.outbox)
    with pytest.raises(RuntimeError, match="closed"):
        runs[0].nudge()
    NUDGER.watch(runs[0])
    until(lambda: runs[0] not in NUDGER._pending)
    set_ran = task("set", ran.set)

    @entrypoint
    def other(_):
        set_ran()
        return ran.wait(10)

    assert other.invoke(0) is True


class Counted(InMemorySaver):
    """Tells when a lease has been renewed five times."""

    def __init__(self, beats):
        super().__init__()
        self.beats, self.count = beats, 0

    def append(self, thread_id, checkpoint_id, expected_seq, entries, closing=None, holder=None, **options):
        super().append(thread_id, checkpoint_id, expected_seq, entries, closing, holder, **options)
        self.count += not entries
        if self.count == 5:
            self.beats.set()


def test_a_saver_that_hangs_keeps_no_other_lease_waiting(heart, monkeypatch, tmp_path):
    monkeypatch.setattr(writer, "_RENEW_SECONDS", 0.0)
    beats, release, runs = threading.Event(), threading.Event(), []

    def hold(_):
        runs.append(current_host("main").run)
        return release.wait(60)

    hanging = entrypoint("hanging", hold, checkpointer=SqliteSaver(tmp_path / "t.db", busy_timeout=60))
    thread = threading.Thread(target=hanging.invoke, args=(0,), kwargs={"thread_id": "t"})
    thread.start()
    until(lambda: runs)
    with contextlib.closing(sqlite3.connect(tmp_path / "t.db", isolation_level=None, timeout=30)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        until(lambda: runs[0].committing)
        other = entrypoint("other", lambda n: beats.wait(10), checkpointer=Counted(beats))
        assert other.invoke(0, thread_id="t") is True
        release.set()
    thread.join()
    assert heart == []
    assert hanging.get_state(thread_id="t").values is True


def test_a_closed_loop_does_not_stop_the_heart(heart, monkeypatch):
    monkeypatch.setattr(writer, "_RENEW_SECONDS", 0.0)
    saver, ran, beats = InMemorySaver(), [], threading.Event()

    @task
    async def wait(i):
        ran.append(i)
        await asyncio.sleep(3600)

    @entrypoint(checkpointer=saver)
    async def main(n):
        return await wait(n)

    closed_under_a_run(main, lambda: ran, "t")

    other = entrypoint("other", lambda n: beats.wait(1.0), checkpointer=Counted(beats))
    assert other.invoke(0, thread_id="t") is True
    assert heart == []


# --- divergence ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("on_divergence", ["error", "replay", "warn"])
def test_a_changed_call_does_what_the_entrypoint_says(form, on_divergence, caplog):
    saver, ran = InMemorySaver(), []

    def work(n):
        ran.append(n)
        return n

    async def awork(n):
        return work(n)

    step = task("work", awork if form == "async" else work)

    def made(argument):
        def main(n):
            return [step(argument).result(), interrupt("?"), step("after").result()]

        async def amain(n):
            return [await step(argument), interrupt("?"), await step("after")]

        return entrypoint("main", amain if form == "async" else main, checkpointer=saver, on_divergence=on_divergence)

    made("recorded").invoke(0, thread_id="t")
    with caplog.at_level(logging.WARNING, "taskpoint"):
        if on_divergence == "error":
            with pytest.raises(ReplayDivergenceError) as caught:
                made("changed").invoke(Command(resume="yes"), thread_id="t")
            assert caught.value.path == "work#0"
            assert made("recorded").invoke(None, thread_id="t") == ["recorded", "yes", "after"]
        else:
            assert made("changed").invoke(Command(resume="yes"), thread_id="t") == ["recorded", "yes", "after"]
    assert ran == ["recorded", "after"]
    assert len(caplog.records) == (on_divergence == "warn")
    assert "recorded'" not in caplog.text


@pytest.mark.parametrize("on_divergence", ["replay", "warn"])
def test_a_changed_question_gets_the_recorded_answer_where_that_is_wanted(on_divergence, caplog):
    saver = InMemorySaver()

    def made(question):
        return entrypoint("main", lambda n: interrupt(question), checkpointer=saver, on_divergence=on_divergence)

    made("canary one").invoke(0, thread_id="t")
    with caplog.at_level(logging.WARNING, "taskpoint"):
        assert made("canary other").invoke(Command(resume="yes"), thread_id="t") == "yes"
    assert len(caplog.records) == (on_divergence == "warn")
    assert "canary" not in caplog.text


# --- the lease ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_a_long_task_renews_the_lease(form, monkeypatch):
    monkeypatch.setattr(heartbeat, "_PERIOD_SECONDS", 0.005)
    monkeypatch.setattr(writer, "_RENEW_SECONDS", 0.0)
    renewed = threading.Event()

    class Watched(InMemorySaver):
        def __init__(self):
            super().__init__()
            self.leases = []

        def append(self, thread_id, checkpoint_id, expected_seq, entries, closing=None, holder=None, **options):
            super().append(thread_id, checkpoint_id, expected_seq, entries, closing, holder, **options)
            if holder is not None and not entries:
                self.leases.append(holder.lease_until)
                if len(self.leases) == 3:
                    renewed.set()

    saver = Watched()

    @task
    def long():
        return renewed.wait(20)

    def main(n):
        return long().result()

    async def amain(n):
        return await long()

    made = entrypoint("main", amain if form == "async" else main, checkpointer=saver)
    assert made.invoke(0, thread_id="t") is True
    assert saver.leases[:3] == sorted(set(saver.leases[:3]))
    assert saver.head("t").holder is None
    assert kinds(saver) == ["run.started", "task.completed", "run.completed"]
