"""What is given up, and what becomes of the run: timeouts of tasks and of runs, and runs that are tried again."""

from __future__ import annotations

import asyncio
import itertools
import sys
import threading
import time
from datetime import timedelta

import pytest
from policies_under_test import QUICK, Clock, journal
from waiting import until

from taskpoint import (
    Command,
    InMemorySaver,
    RetryPolicy,
    TaskTimeoutError,
    TimeoutPolicy,
    UsageError,
    entrypoint,
    get_idempotency_key,
    get_runtime,
    heartbeat,
    interrupt,
    task,
)
from taskpoint.runtime.execution.host import current_host
from taskpoint.runtime.process.sources import SYSTEM, Sources, using


def test_what_is_no_timeout_is_refused():
    for given in ({}, {"run_timeout": 1, "refresh_on": "never"}, {"idle_timeout": 0}):
        with pytest.raises(UsageError):
            TimeoutPolicy(**given)


# --- giving up ----------------------------------------------------------------------------------------------------


def test_a_thread_that_takes_too_long_is_left_alone_and_waited_for():
    ended, told = [], threading.Event()

    @task
    def after(n):
        return n

    @task(timeout=0.05)
    def slow(n):
        assert told.wait(60)
        try:
            after(n).result()
        finally:
            ended.append(n)

    saver = InMemorySaver()

    @entrypoint(checkpointer=saver)
    def main(n):
        with pytest.raises(TaskTimeoutError) as caught:
            slow(n).result()
        assert isinstance(caught.value, TimeoutError)
        told.set()
        return n

    assert main.invoke(1, thread_id="t") == 1
    assert ended == [1]  # before the run was over
    assert [kind for kind, _, _ in journal(saver)] == ["run.started", "task.failed", "run.completed"]


@pytest.mark.parametrize("form", ["async in async", "async in sync"])
def test_a_coroutine_that_takes_too_long_is_cancelled(form):
    seen = []

    @task
    async def waits(n):
        try:
            await asyncio.sleep(60)
        finally:
            seen.append("inner")

    @task(timeout=timedelta(milliseconds=50))
    async def slow(n):
        try:
            await waits(n)
        finally:
            seen.append("outer")

    saver = InMemorySaver()

    def main(n):
        try:
            slow(n).result()
        except TaskTimeoutError as error:
            return error.code

    async def amain(n):
        try:
            await slow(n)
        except TaskTimeoutError as error:
            return error.code

    made = entrypoint("main", amain if form == "async in async" else main, checkpointer=saver)
    assert made.invoke(1, thread_id="t") == "task.timeout"
    assert sorted(seen) == ["inner", "outer"]
    assert [kind for kind, _, _ in journal(saver)] == ["run.started", "task.failed", "run.completed"]


@pytest.mark.parametrize("is_async", [False, True])
def test_a_timeout_replays_as_what_it_was(is_async):
    runs = []

    @task(timeout=0.03)
    def slow():
        runs.append(1)
        time.sleep(0.1)

    @task(timeout=0.03)
    async def aslow():
        runs.append(1)
        await asyncio.sleep(10)

    @entrypoint(checkpointer=InMemorySaver())
    def main(n):
        try:
            slow().result()
        except TaskTimeoutError as error:
            return [type(error).__name__, error.message, interrupt("?")]

    @entrypoint(checkpointer=InMemorySaver())
    async def amain(n):
        try:
            await aslow()
        except TaskTimeoutError as error:
            return [type(error).__name__, error.message, interrupt("?")]

    made = amain if is_async else main
    made.invoke(1, thread_id="t")
    name = "aslow#0" if is_async else "slow#0"
    message = f"the call at {name} took longer than 0.03 seconds"
    assert made.invoke(Command(resume=2), thread_id="t") == ["TaskTimeoutError", message, 2]
    assert runs == [1]


@pytest.mark.parametrize("beats", [True, False])
@pytest.mark.parametrize("refresh_on", ["auto", "heartbeat"])
def test_progress_keeps_the_idle_timeout_away(beats, refresh_on):
    """Each step takes longer than half of the time, on a clock that the task itself moves."""
    clock = Clock()
    over = threading.Event()
    is_kept_going = beats or refresh_on == "auto"

    def sleep(seconds, stop):
        while clock.now < before[0] + seconds and not stop.wait(0.0005):
            pass
        before[0] = clock.now

    before = [clock.now]

    @task
    def step(n):
        return n

    @task(timeout=TimeoutPolicy(idle_timeout=10, refresh_on=refresh_on))
    def works(n):
        for i in range(n):
            clock.now += 6
            if i and not is_kept_going:
                assert over.wait(60)
            if beats:
                heartbeat()
            else:
                step(i).result()
        return n

    @entrypoint
    def main(n):
        try:
            return works(n).result()
        finally:
            over.set()

    with using(Sources(monotonic=lambda: clock.now, sleep=sleep)):
        if is_kept_going:
            assert main.invoke(5) == 5
        else:
            with pytest.raises(TaskTimeoutError, match="no progress for 10 seconds"):
                main.invoke(5)


def test_a_heartbeat_without_a_policy_does_nothing():
    @entrypoint
    def main(n):
        heartbeat()
        return n

    assert main.invoke(1) == 1
    with pytest.raises(UsageError):
        heartbeat()


@pytest.mark.parametrize("is_async", [False, True])
def test_what_was_recorded_inside_stays_and_the_next_execution_has_time_of_its_own(is_async):
    done, again = [], threading.Event()

    def pay(n):
        done.append("pay")
        return n

    pays = task("pay", pay)

    def order(n):
        paid = pays(n).result()
        if get_runtime().execution_info.attempt == 1:
            assert again.wait(60)
        again.set()
        return paid

    async def aorder(n):
        paid = await pays(n)
        if get_runtime().execution_info.attempt == 1:
            await asyncio.sleep(10)
        return paid

    slow = task("order", aorder if is_async else order, timeout=1, retry_policy=QUICK)

    async def amain(n):
        return await slow(n)

    saver = InMemorySaver()
    made = entrypoint("main", amain if is_async else lambda n: slow(n).result(), checkpointer=saver)
    assert made.invoke(4, thread_id="t") == 4
    assert done == ["pay"]
    assert journal(saver)[1:3] == [("task.completed", "order#0/pay#0", 1), ("task.completed", "order#0", 2)]


# --- entrypoints --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("is_async", [False, True])
def test_a_run_goes_on_by_itself_and_nothing_runs_again(is_async, kept):
    done, keys = [], []

    def pay(n):
        done.append("pay")
        return n

    def ship(n):
        done.append("ship")
        keys.append(get_idempotency_key())
        if done.count("ship") < 3:
            raise ConnectionError("truck")
        return n

    pays, ships = task("pay", pay), task("ship", ship)

    def main(n):
        done.append("main")
        return [pays(n).result(), ships(n).result()]

    async def amain(n):
        done.append("main")
        return [await pays(n), await ships(n)]

    saver = InMemorySaver()
    options = {"checkpointer": saver} if kept else {}
    made = entrypoint("main", amain if is_async else main, retry_policy=QUICK, **options)
    assert made.invoke(3, **({"thread_id": "t"} if kept else {})) == [3, 3]
    assert (done.count("main"), done.count("pay"), done.count("ship")) == (3, 1, 3)
    assert len(set(keys)) == 1
    if kept:
        kinds = [kind for kind, _, _ in journal(saver)]
        assert kinds.count("run.failed") == kinds.count("run.resumed") == 2


@pytest.mark.parametrize("is_async", [False, True])
def test_a_run_that_takes_too_long_fails_and_can_be_resumed(is_async):
    slow = [True]

    @task
    def pay(n):
        return n

    def main(n):
        paid = pay(n).result()
        while slow:
            time.sleep(0.01)
            pay.with_options(key=str(time.monotonic()))(n)
        return paid

    async def amain(n):
        paid = await pay(n)
        if slow:
            await asyncio.sleep(60)
        return paid

    saver = InMemorySaver()
    made = entrypoint("main", amain if is_async else main, timeout=1, checkpointer=saver)
    with pytest.raises(TaskTimeoutError) as caught:
        made.invoke(2, thread_id="t")
    assert caught.value.code == "run.timeout"
    assert journal(saver)[-1][0] == "run.failed"
    slow.clear()
    assert made.invoke(None, thread_id="t") == 2


def test_a_run_that_takes_too_long_can_be_tried_again():
    tries = []

    @entrypoint(timeout=1, retry_policy=QUICK)
    async def main(n):
        tries.append(n)
        if len(tries) == 1:
            await asyncio.sleep(60)
        return n

    assert main.invoke(1) == 1
    assert tries == [1, 1]


@pytest.mark.parametrize("is_async", [False, True])
def test_stopping_a_stream_ends_the_wait_between_attempts(is_async):
    @task
    def first(n):
        return n

    def main(n):
        first(n).result()
        raise ConnectionError

    async def amain(n):
        await first(n)
        raise ConnectionError

    saver = InMemorySaver()
    made = entrypoint(
        "main", amain if is_async else main, checkpointer=saver, retry_policy=RetryPolicy(initial_interval=600)
    )
    began = time.monotonic()
    for _ in made.stream(1, thread_id="t"):
        until(lambda: "run.failed" in [kind for kind, _, _ in journal(saver)])
        break
    assert time.monotonic() - began < 30
    assert [kind for kind, _, _ in journal(saver)] == ["run.started", "task.completed", "run.failed"]


def test_another_run_in_between_is_not_taken_for_ones_own():
    saver = InMemorySaver()
    begun = []

    @entrypoint(name="main", checkpointer=saver)
    def other(n):
        raise ConnectionError("other")

    class Meanwhile(Clock):
        def sleep(self, seconds, stop):
            if not begun:
                begun.append(1)
                with pytest.raises(ConnectionError):
                    other.invoke(2, thread_id="t")

    @entrypoint(name="main", checkpointer=saver, retry_policy=QUICK)
    def main(n):
        raise ConnectionError("mine")

    from taskpoint import ConcurrentRunError

    with using(Meanwhile().sources()), pytest.raises(ConcurrentRunError):
        main.invoke(1, thread_id="t")


@pytest.mark.parametrize("whole_run", [True, False])
@pytest.mark.parametrize("is_async", [True, False])
@pytest.mark.parametrize("timeout", [60, 1e10, sys.float_info.max, timedelta.max])
def test_a_clock_that_is_set_and_a_very_long_time_give_nobody_up(whole_run, is_async, timeout):
    """Whoever watches has looked at the clock before the code goes on."""
    moments, watched = itertools.count(1_000_000_000, 86_400), threading.Event()

    def sleep(seconds, stop):
        watched.set()
        SYSTEM.sleep(seconds, stop)

    async def asleep(seconds):
        watched.set()
        await SYSTEM.asleep(seconds)

    def body(n):
        assert watched.wait(30)
        return n

    async def abody(n):
        assert await asyncio.to_thread(watched.wait, 30)
        return n

    work = abody if is_async else body
    if whole_run:
        main = entrypoint("main", work, timeout=timeout)
    else:
        step = task("step", work, timeout=timeout)

        async def amain(n):
            return await step(n)

        main = entrypoint("main", amain if is_async else lambda n: step(n).result())
    with using(Sources(time=lambda: float(next(moments)), sleep=sleep, asleep=asleep)):
        assert main.invoke(3) == 3


def test_a_result_may_be_waited_for_as_long_as_one_likes():
    go_on = threading.Event()

    @task
    def slow(n):
        assert go_on.wait(30)
        return n

    def release(run):
        until(lambda: run.parked)
        go_on.set()

    @entrypoint
    def main(n):
        thread = threading.Thread(target=release, args=(current_host("main").run,))
        thread.start()
        try:
            return slow(n).result(timeout=1e300)
        finally:
            go_on.set()
            thread.join()

    assert main.invoke(3) == 3
