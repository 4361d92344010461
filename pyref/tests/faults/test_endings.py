"""Runs that are broken off: signals to the process, cancellation at every step, hostile ends of tasks."""

import asyncio
import threading
import time

import pytest
from threads_under_test import entries, kinds, outcomes
from waiting import is_ending, until

from taskpoint import (
    InMemorySaver,
    ValueEncodingError,
    as_completed,
    entrypoint,
    interrupt,
    task,
)
from taskpoint.runtime.execution import sync_host
from taskpoint.runtime.writing import commits

FORMS = ("sync", "async")


def both(name, func, form):
    """The function as a task, or as an async one."""

    async def afunc(*args):
        return func(*args)

    return task(name, afunc if form == "async" else func)


def chain(step, form, saver, *, length=3):
    """An entrypoint that calls a task several times, one after the other."""

    def main(n):
        return [step(i).result() for i in range(length)]

    async def amain(n):
        return [await step(i) for i in range(length)]

    return entrypoint("main", amain if form == "async" else main, checkpointer=saver)


# --- the end of the process, as an exception ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "signal"),
    [("sync", KeyboardInterrupt), ("sync", SystemExit), ("sync", GeneratorExit), ("async", GeneratorExit)],
)
def test_a_signal_in_a_task_stops_the_run_and_is_no_outcome(form, signal):
    """ERR-021: the call has no outcome, and runs again."""
    saver, ran = InMemorySaver(), []

    def work(i):
        ran.append(i)
        if i == 1 and ran.count(1) == 1:
            raise signal
        return i

    main = chain(both("work", work, form), form, saver)
    with pytest.raises(signal):
        main.invoke(0, thread_id="t")
    assert outcomes(saver) == {"work#0": "task.completed"}
    assert kinds(saver)[-1] == "run.stopped"
    assert main.invoke(None, thread_id="t") == [0, 1, 2]
    assert ran == [0, 1, 1, 2]


@pytest.mark.parametrize("signal", [KeyboardInterrupt, SystemExit])
def test_a_signal_in_an_async_task_loses_nothing_that_was_recorded(signal):
    """The loop is torn down around the run; what it recorded stays, and the run can be resumed."""
    saver, ran = InMemorySaver(), []

    def work(i):
        ran.append(i)
        if i == 1 and ran.count(1) == 1:
            raise signal
        return i

    main = chain(both("work", work, "async"), "async", saver)
    with pytest.raises(signal):
        main.invoke(0, thread_id="t")
    assert outcomes(saver) == {"work#0": "task.completed"}
    assert main.invoke(None, thread_id="t", take_over=True) == [0, 1, 2]
    assert ran == [0, 1, 1, 2]


@pytest.mark.parametrize("form", FORMS)
def test_a_signal_in_the_body_stops_the_run(form):
    saver, tries = InMemorySaver(), []
    step = both("step", lambda i: i, form)

    def check():
        tries.append(1)
        if len(tries) == 1:
            raise KeyboardInterrupt

    def main(n):
        first = step(n).result()
        check()
        return first

    async def amain(n):
        first = await step(n)
        check()
        return first

    made = entrypoint("main", amain if form == "async" else main, checkpointer=saver)
    with pytest.raises(KeyboardInterrupt):
        made.invoke(7, thread_id="t")
    assert outcomes(saver) == {"step#0": "task.completed"}
    assert made.invoke(None, thread_id="t", take_over=True) == 7


def test_calls_in_flight_at_a_signal_are_finished_and_kept():
    saver, ran, both_run = InMemorySaver(), [], threading.Barrier(2)

    @task
    def work(i):
        ran.append(i)
        if len(ran) <= 2:
            both_run.wait(10)
            if i == 1:
                raise KeyboardInterrupt
            time.sleep(0.01)
        return i

    @entrypoint(checkpointer=saver)
    def main(n):
        return [future.result() for future in [work(0), work(1)]]

    with pytest.raises(KeyboardInterrupt):
        main.invoke(0, thread_id="t")
    assert outcomes(saver) == {"work#0": "task.completed"}
    assert main.invoke(None, thread_id="t") == [0, 1]
    assert sorted(ran) == [0, 1, 1]


# --- cancelling ainvoke -------------------------------------------------------------------------------------------


async def hop(n):
    for _ in range(n):
        await asyncio.sleep(0)


class Steps(asyncio.SelectorEventLoop):
    """An event loop that does something at its n-th step, without keeping itself busy meanwhile."""

    def __init__(self, moment, action):
        super().__init__()
        self.left = moment
        self.action = action

    def _run_once(self):
        self.left -= 1
        if self.left == 0:
            self.action()
        super()._run_once()


@pytest.mark.parametrize("parallel", [False, True])
def test_cancelling_a_run_at_any_moment_keeps_what_finished_and_cancels_no_call(parallel):
    """CON-010: the caller's cancellation is no act of the workflow."""
    reached = set()
    for moment in range(1, 200):
        saver, ran = InMemorySaver(), []

        @task
        async def work(i, ran=ran):
            await hop(1 + i % 2)
            ran.append(i)
            return i

        @entrypoint(checkpointer=saver)
        async def main(n, work=work):
            if parallel:
                return await asyncio.gather(*[work(i) for i in range(4)])
            return [await work(i) for i in range(4)]

        runs = []

        async def cancelled(main=main, runs=runs):
            runs.append(asyncio.ensure_future(main.ainvoke(0, thread_id="t")))
            return await asyncio.gather(*runs, return_exceptions=True)

        loop = Steps(moment, lambda runs=runs: [run.cancel() for run in runs])
        with asyncio.Runner(loop_factory=lambda loop=loop: loop) as runner:
            [result] = runner.run(cancelled())
        if saver.head("t") is None:
            continue
        recorded = outcomes(saver) if not isinstance(result, list) else {}
        assert set(recorded.values()) <= {"task.completed"}
        if isinstance(result, list):
            assert result == [0, 1, 2, 3]
            if loop.left > 0:
                break
            continue
        assert isinstance(result, asyncio.CancelledError)
        assert kinds(saver)[-1] == "run.stopped"
        assert len(recorded) == len(set(ran))
        reached.add(len(recorded))
        assert asyncio.run(main.ainvoke(None, thread_id="t")) == [0, 1, 2, 3]
        kept = {int(path.rpartition("#")[2]) for path in recorded}
        assert all(ran.count(i) == 1 for i in kept)
    assert reached >= ({0, 4} if parallel else {0, 1, 2, 3})


def test_cancelling_a_sync_run_under_a_loop_stops_it():
    saver, started = InMemorySaver(), threading.Event()
    ran = []

    @task
    def work(i):
        ran.append(i)
        started.set()
        if i == 1:
            until(is_ending)
        return i

    main = chain(work, "sync", saver, length=200)

    async def cancelled():
        running = asyncio.ensure_future(main.ainvoke(0, thread_id="t"))
        await asyncio.to_thread(started.wait)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return len(ran)

    stopped = asyncio.run(cancelled())
    assert stopped <= 2
    assert kinds(saver)[-1] == "run.stopped"
    assert set(outcomes(saver).values()) == {"task.completed"}
    assert len(ran) == stopped


def test_cancelling_inside_of_the_workflow_is_recorded():
    saver = InMemorySaver()

    @task
    async def slow():
        await asyncio.sleep(3600)

    @entrypoint(checkpointer=saver)
    async def main(n):
        future = slow()
        await asyncio.sleep(0)
        future.cancel()
        with pytest.raises(asyncio.CancelledError):
            await future
        return "cancelled"

    assert main.invoke(0, thread_id="t") == "cancelled"
    assert [entry.path for entry in entries(saver, "task.cancelled")] == ["slow#0"]


# --- calls beside the end -----------------------------------------------------------------------------------------


class SleepyPool:
    """Threads that take their time to start, as on a busy machine."""

    def submit(self, work):
        threading.Timer(0.03, work).start()


def test_a_call_beside_a_suspended_one_is_finished_before_the_run_ends(monkeypatch):
    monkeypatch.setattr(commits, "POOL", SleepyPool())
    monkeypatch.setattr(sync_host.NUDGER, "watch", lambda host: None)
    saver, ran = InMemorySaver(), []

    @task
    def ask():
        return interrupt("?")

    @task
    def outer():
        return ask().result()

    @task
    def beside():
        ran.append(1)

    @entrypoint(checkpointer=saver)
    def main(n):
        asking, other = outer(), beside()
        return [asking.result(), other.result()]

    assert "__interrupt__" in main.invoke(0, thread_id="t")
    assert ran == [1]
    assert outcomes(saver) == {"beside#0": "task.completed"}
    assert kinds(saver)[-1] == "run.interrupted"


def test_a_failed_run_reports_its_orphans():
    saver = InMemorySaver()
    first, second = task("first", lambda: 1), task("second", lambda: 2)

    def before(n):
        first().result()
        return interrupt("?")

    def after(n):
        second().result()
        raise LookupError

    entrypoint("main", before, checkpointer=saver).invoke(0, thread_id="t")
    with pytest.raises(LookupError):
        entrypoint("main", after, checkpointer=saver).invoke(None, thread_id="t")
    assert entries(saver, "run.failed")[0].orphans == ["first#0"]


# --- what tasks and entrypoints return ----------------------------------------------------------------------------


def generator():
    yield 1


async def coroutine():
    return 1


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("make", [generator, coroutine, object, lambda: {1: object()}, lambda: "\ud800"])
def test_a_result_that_is_no_value_fails_its_call_and_is_history(form, make):
    saver, ran = InMemorySaver(), []

    def work(i):
        made = make()
        if hasattr(made, "close"):
            made.close()  # a coroutine that nobody awaited would warn
        ran.append(i)
        return made

    step = both("work", work, form)

    def main(n):
        with pytest.raises(ValueEncodingError):
            step(n).result()
        return interrupt("?")

    async def amain(n):
        with pytest.raises(ValueEncodingError):
            await step(n)
        return interrupt("?")

    made = entrypoint("main", amain if form == "async" else main, checkpointer=saver)
    made.invoke(1, thread_id="t")
    made.invoke(None, thread_id="t")
    assert ran == [1]
    [failed] = entries(saver, "task.failed")
    assert failed.error.type.startswith("value.")
    assert failed.error.path == "work#0"


@pytest.mark.parametrize("form", FORMS)
def test_a_value_of_the_run_that_is_no_value_fails_the_run_and_keeps_its_calls(form):
    saver, good = InMemorySaver(), []
    step = both("step", lambda i: i, form)

    def main(n):
        return step(n).result() if good else object()

    async def amain(n):
        await step(n)
        return 5 if good else object()

    made = entrypoint("main", amain if form == "async" else main, checkpointer=saver)
    with pytest.raises(ValueEncodingError):
        made.invoke(5, thread_id="t")
    assert entries(saver, "run.failed")[0].error.type == "value.not_encodable"
    good.append(1)
    assert made.invoke(None, thread_id="t") == 5


@pytest.mark.parametrize("form", FORMS)
def test_an_input_that_is_no_value_is_refused_before_anything(form):
    saver, ran = InMemorySaver(), []
    main = chain(both("work", ran.append, form), form, saver)
    with pytest.raises(ValueEncodingError) as caught:
        main.invoke({"a": [1, object()]}, thread_id="t")
    assert caught.value.path == "$.a[1]"
    assert saver.head("t") is None
    assert ran == []


# --- 200 at once --------------------------------------------------------------------------------------------------


def test_two_hundred_runs_on_one_loop_do_not_meet():
    saver = InMemorySaver()

    @task
    async def work(run, i):
        await hop((run * 7 + i) % 5)
        return [run, i]

    @entrypoint(checkpointer=saver)
    async def main(run):
        async def branch(depth):
            await hop((run + depth) % 3)
            return [await work(run, depth), await work(run, depth + 10)]

        return await asyncio.gather(*[branch(depth) for depth in range(3)])

    async def all_at_once():
        return await asyncio.gather(*[main.ainvoke(run, thread_id=f"t{run}") for run in range(200)])

    expected = [[[[run, d], [run, d + 10]] for d in range(3)] for run in range(200)]
    assert asyncio.run(all_at_once()) == expected
    assert {len(entries(saver, "task", f"t{run}")) for run in range(200)} == {6}


def test_two_hundred_runs_in_threads_do_not_meet():
    saver = InMemorySaver()

    @task
    def inner(run, i):
        return [run, i]

    @task
    def outer(run, i):
        return inner(run, i).result()

    @entrypoint(checkpointer=saver)
    def main(run):
        futures = [outer(run, i) for i in range(3)]
        return sorted(future.result() for future in as_completed(futures))

    configs = [{"configurable": {"thread_id": f"t{run}"}, "max_concurrency": 40} for run in range(200)]
    assert main.batch(range(200), configs) == [[[run, i] for i in range(3)] for run in range(200)]
    assert {len(entries(saver, "task", f"t{run}")) for run in range(200)} == {6}
