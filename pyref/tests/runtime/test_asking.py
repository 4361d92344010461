"""When the code of a task asks for its run: from wherever it is, as long as the task has not ended."""

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from taskpoint import InMemorySaver, UsageError, entrypoint, get_runtime, task


def path():
    return get_runtime().execution_info.path


@pytest.fixture
def pool():
    with ThreadPoolExecutor(4) as pool:
        yield pool


def test_threads_of_a_task_that_ask_at_once_see_the_same_run(pool):
    ready = threading.Barrier(4)

    def ask():
        ready.wait(30)
        return get_runtime().execution_info

    @task
    def several():
        asked = [pool.submit(contextvars.copy_context().run, ask) for _ in range(4)]
        return [each.result().path for each in asked]

    @task
    async def aseveral():
        asked = await asyncio.gather(*[asyncio.to_thread(ask) for _ in range(4)])
        return [each.path for each in asked]

    @entrypoint
    def main(n):
        return several().result()

    @entrypoint
    async def amain(n):
        return await aseveral()

    assert main.invoke(1) == ["several#0"] * 4
    assert asyncio.run(amain.ainvoke(1)) == ["aseveral#0"] * 4


async def test_what_a_task_leaves_behind_cannot_ask_any_more():
    left = []

    @task
    async def hasty(over):
        async def later():
            await over.wait()
            return path()

        left.append(asyncio.create_task(later()))
        return 1

    @entrypoint(checkpointer=InMemorySaver())
    async def main(n):
        over = asyncio.Event()
        value = await hasty(over)
        over.set()
        with pytest.raises(UsageError) as caught:
            await left[0]
        return [value, caught.value.code]

    assert await main.ainvoke(1, thread_id="t") == [1, "usage.outside_run"]


def test_a_thread_that_asks_while_its_task_ends_disturbs_nothing(pool):
    asked = []

    def ask():
        try:
            asked.append(path())
        except UsageError as error:
            asked.append(error.code)

    @task
    async def brief(n):
        pool.submit(contextvars.copy_context().run, ask)
        return n

    @entrypoint(checkpointer=InMemorySaver())
    async def main(n):
        return sum(await asyncio.gather(*[brief(i) for i in range(n)]))

    for thread in range(10):
        assert main.invoke(100, thread_id=f"t{thread}") == 4950
    pool.shutdown()
    assert len(asked) == 1000
    assert set(asked) <= {"usage.outside_run", *(f"brief#{i}" for i in range(100))}
