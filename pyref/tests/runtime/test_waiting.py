"""Nothing waits for ever, and nothing is waited for too long: what a review found, held."""

import asyncio
import concurrent.futures
import threading
import time

import pytest
from waiting import is_ending, until

from taskpoint import Command, InMemorySaver, UsageError, as_completed, entrypoint, interrupt, task


class Slow(InMemorySaver):
    """Must not be waited for on the loop."""

    commits_on_loop = False


@task
async def ask(n):
    return interrupt(n)


@task
def outer_sync(n):
    return ask(n).result()


@task
async def outer(n):
    return await outer_sync(n)


@pytest.mark.parametrize("made", [InMemorySaver, Slow])
def test_an_interrupt_below_a_private_loop_ends_the_run(made):
    saver = made()

    @entrypoint(checkpointer=saver)
    def main(n):
        return [future.result() for future in [outer(i) for i in range(n)]]

    for turn in range(30):
        shown = main.invoke(2, thread_id=str(turn))["__interrupt__"]
        assert main.invoke(Command(resume={i.id: i.value for i in shown}), thread_id=str(turn)) == [0, 1]


def test_an_error_that_was_there_before_it_was_awaited_is_observed(saver):
    @task
    async def bad():
        raise ValueError("caught")

    @task
    async def other():
        await asyncio.sleep(0)

    @entrypoint(checkpointer=saver)
    async def main(n):
        future = bad()
        await other()
        await other()
        try:
            await future
        except ValueError as error:
            return str(error)

    assert main.invoke(0, thread_id="t") == "caught"


def test_a_time_limit_is_kept_also_by_one_who_could_run_the_call_himself():
    go_on = threading.Event()

    @task
    def slow():
        assert go_on.wait(60)
        return "late"

    @entrypoint
    def main(n):
        future = slow()
        with pytest.raises(TimeoutError):
            future.result(timeout=0.05)
        go_on.set()
        return future.result()

    assert main.invoke(0) == "late"


def test_polling_sees_what_finished_during_another_commit(saver):
    quick = task("quick", lambda n: n)

    @entrypoint(checkpointer=saver)
    def main(n):
        futures = [quick(i) for i in range(n)]
        futures[0].result()
        while not all(future.done() for future in futures):
            time.sleep(0.001)
        return [future.result() for future in futures]

    assert main.invoke(20, thread_id="t") == list(range(20))


def test_a_cancelled_call_is_completed_too(saver):
    slow = task("slow", time.sleep)

    @entrypoint(checkpointer=saver)
    def main(n):
        futures = [slow(0.05), slow(0)]
        futures[0].cancel()
        seen = []
        for future in as_completed(futures):
            try:
                seen.append(future.result())
            except concurrent.futures.CancelledError:
                seen.append("cancelled")
        return sorted(map(str, seen))

    assert main.invoke(0, thread_id="t") == ["None", "cancelled"]


def test_swallowing_one_suspension_after_the_other_ends_the_run(saver):
    @entrypoint(checkpointer=saver)
    async def main(n):
        for future in [ask(1), ask(2)]:
            try:
                await future
            except BaseException:  # noqa: BLE001 - the point of the test
                continue

    assert [i.value for i in main.invoke(0, thread_id="t")["__interrupt__"]] == [1, 2]


def test_a_question_inside_a_cancelled_call_is_not_asked(saver):
    @entrypoint(checkpointer=saver)
    def main(n):
        future = outer_sync(1)
        with pytest.raises(TimeoutError):
            future.result(timeout=0.1)
        future.cancel()
        return "gave up"

    assert main.invoke(0, thread_id="t") == "gave up"


@pytest.mark.parametrize("moment", [0.0, 0.02])
def test_cancelling_ainvoke_stops_a_sync_workflow_whenever_it_comes(moment):
    saver, ran, closed = Slow(), [], []

    @task
    def step(i):
        if i == 10:
            until(lambda: closed or is_ending())
        ran.append(i)

    @entrypoint(checkpointer=saver)
    def main(n):
        for i in range(n):
            step(i).result()

    async def cancelled():
        running = asyncio.create_task(main.ainvoke(50, thread_id="t"))
        await asyncio.sleep(moment)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(cancelled())
    closed.append(True)
    assert len(ran) <= 11
    if saver.head("t"):
        assert saver.load("t").entries[-1].kind == "run.stopped"
        main.invoke(None, thread_id="t")
        assert ran == list(range(50))


@pytest.mark.parametrize("wait", [concurrent.futures.wait, lambda calls: list(concurrent.futures.as_completed(calls))])
def test_who_waits_with_concurrent_futures_is_told_what_to_use(wait):
    double = task("double", lambda n: 2 * n)
    main = entrypoint("main", lambda n: wait([double(n), double(n)]))
    with pytest.raises(UsageError, match=r"as_completed\(calls\) or gather") as refused:
        main.invoke(1)
    assert refused.value.code == "usage.blocking_wait"
