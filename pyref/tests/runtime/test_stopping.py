"""Runs that are stopped from outside by a function, and whose caller is cancelled."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from journals import kinds
from waiting import until

from taskpoint import (
    InMemorySaver,
    StopRun,
    entrypoint,
    gather,
    stop_runs,
    task,
)
from taskpoint.runtime.writing import heartbeat, writer


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
    both_begun, go_on = asyncio.Barrier(3), asyncio.Event()

    @task
    async def slow(n):
        if not go_on.is_set():
            await both_begun.wait()
        await go_on.wait()
        return n

    @task
    async def outer(n):
        return await slow(n)

    @entrypoint(checkpointer=saver)
    async def main(n):
        return await gather(slow(0), outer(1))

    running = asyncio.ensure_future(main.ainvoke(1, thread_id="t"))
    await both_begun.wait()
    assert await asyncio.to_thread(stop_runs) == 1
    await asyncio.sleep(0.01)
    assert not running.done()  # what is in flight is awaited
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


@pytest.mark.parametrize("is_async", [False, True])
def test_a_batch_that_returns_errors_is_stopped_all_the_same(saver, is_async):
    ran = []

    def body(n):
        ran.append(n)
        if n == 0:
            raise LookupError
        return stop_runs(f"t{n}")

    async def abody(n):
        return body(n)

    def main(n):
        return [work(n).result(), work(n).result()] if n else work(n).result()

    async def amain(n):
        return [await work(n), await work(n)] if n else await work(n)

    work = task("work", abody if is_async else body)
    workflow = entrypoint("main", amain if is_async else main, checkpointer=saver)
    configs = [{"configurable": {"thread_id": f"t{n}"}, "max_concurrency": 1} for n in range(3)]

    def use():
        if is_async:
            return asyncio.run(workflow.abatch(range(3), configs, return_exceptions=True))
        return workflow.batch(range(3), configs, return_exceptions=True)

    with pytest.raises(StopRun):
        use()
    assert ran == [0, 1]
    assert kinds(saver, "t1") == ["run.started", "work#0", "run.stopped"]
    assert saver.head("t2") is None
