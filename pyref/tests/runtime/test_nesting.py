"""Limits are honoured, and none of them deadlocks (row 11)."""

import asyncio
import threading
import time

import pytest
from journals import kinds
from waiting import until

from taskpoint import entrypoint, task


class Gauge:
    """Counts how many run at once."""

    def __init__(self):
        self.now = self.most = 0
        self.lock = threading.Lock()

    def __enter__(self):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)

    def __exit__(self, *exc):
        with self.lock:
            self.now -= 1


@task
def leaf(n):
    return n


@task
def middle(n):
    return sum(future.result() for future in [leaf(n), leaf(n + 1)])


@task
def top(n):
    return sum(future.result() for future in [middle(n), middle(n + 1)])


@pytest.mark.parametrize("limit", [1, 2, None])
def test_two_hundred_siblings_three_levels_deep(limit):
    @entrypoint
    def main(n):
        return sum(future.result() for future in [top(i) for i in range(n)])

    config = {"max_concurrency": limit} if limit else None
    assert main.invoke(200, config) == sum(4 * i + 4 for i in range(200))


@task
async def aleaf(n):
    await asyncio.sleep(0)
    return n


@task
async def atop(n):
    return sum(await asyncio.gather(aleaf(n), aleaf(n + 1), leaf(n)))


@pytest.mark.parametrize("limit", [1, 2, None])
def test_async_siblings_with_sync_and_async_children(limit):
    @entrypoint
    async def main(n):
        return sum(await asyncio.gather(*[atop(i) for i in range(n)]))

    config = {"max_concurrency": limit} if limit else None
    assert main.invoke(100, config) == sum(3 * i + 1 for i in range(100))


@task
def down(n):
    return 0 if n == 0 else down(n - 1).result() + 1


@task
async def adown(n):
    return 0 if n == 0 else await adown(n - 1) + 1


@pytest.mark.parametrize("limit", [1, None])
@pytest.mark.parametrize(("way", "depth"), [(down, 500), (adown, 300)])
def test_deep_nesting(way, depth, limit):
    @entrypoint
    def main(n):
        return way(n).result()

    @entrypoint
    async def amain(n):
        return await way(n)

    config = {"max_concurrency": limit} if limit else None
    assert main.invoke(depth, config) == depth
    assert amain.invoke(depth, config) == depth


@pytest.mark.parametrize("limit", [1, 3])
def test_the_limit_is_honoured_in_threads(limit):
    gauge = Gauge()

    @task
    def work(n):
        with gauge:
            time.sleep(0.002)
            until(lambda: gauge.most >= limit)
        return n

    @entrypoint
    def main(n):
        return [future.result() for future in [work(i) for i in range(n)]]

    assert main.invoke(20, {"max_concurrency": limit}) == list(range(20))
    assert gauge.most == limit


@pytest.mark.parametrize("limit", [1, 3])
def test_the_limit_is_honoured_on_a_loop(limit):
    gauge = Gauge()

    @task
    async def work(n):
        with gauge:
            await asyncio.sleep(0.002)
        return n

    @entrypoint
    async def main(n):
        return await asyncio.gather(*[work(i) for i in range(n)])

    assert main.invoke(20, {"max_concurrency": limit}) == list(range(20))
    assert gauge.most == limit


def test_a_call_nobody_waits_for_starts_by_itself():
    started = threading.Event()

    @task
    def work():
        started.set()
        return 1

    @entrypoint
    def main(n):
        future = work()
        return [started.wait(5), future.result()]

    assert main.invoke(0) == [True, 1]


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("is_inner_async", [False, True])
def test_a_cancellation_is_seen_where_the_waiter_has_the_only_place(saver, is_async, is_inner_async):
    async def acall(n):
        return n

    inner = task("inner", acall if is_inner_async else lambda n: n)

    @task
    async def outer(n):
        call = inner(n)
        assert call.cancel()
        await asyncio.wait([call], timeout=30)
        assert call.cancelled()
        return n

    async def amain(n):
        return await outer(n)

    main = entrypoint("main", amain if is_async else lambda n: outer(n).result(), checkpointer=saver)
    assert main.invoke(3, {"max_concurrency": 1}, thread_id="t") == 3
    assert [kind for kind in kinds(saver, "t") if "#" in kind] == ["outer#0/inner#0", "outer#0"]
