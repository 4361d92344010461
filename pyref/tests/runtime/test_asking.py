"""When the code of a task asks for its run: from wherever it is, as long as the task has not ended."""

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from taskpoint import InMemorySaver, UsageError, entrypoint, get_runtime, interrupt, task


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


async def test_what_outlives_its_task_calls_and_asks_nothing_any_more():
    """`RUN-040`: also where the task asked for its run while it ran."""
    saver, left = InMemorySaver(), []

    @task
    async def quick():
        return 1

    @task
    async def hasty(over):
        async def later():
            await over.wait()
            refused = []
            for act in (quick, lambda: interrupt("sure?"), path):
                with pytest.raises(UsageError) as caught:
                    act()
                refused.append(caught.value.code)
            return refused

        left.append(asyncio.create_task(later()))
        return await quick()

    @entrypoint(checkpointer=saver)
    async def main(n):
        over = asyncio.Event()
        value = await hasty(over)
        over.set()
        return [value, await left[0]]

    assert await main.ainvoke(1, thread_id="t") == [1, ["usage.outside_run"] * 3]
    recorded = saver.load("t", saver.history("t")[-1].id).entries
    assert [entry.path for entry in recorded if entry.kind == "task.completed"] == ["hasty#0/quick#0", "hasty#0"]


def test_what_outlives_a_sync_task_calls_nothing_any_more():
    left = []

    @task
    def quick():
        return 1

    @task
    def hasty():
        left.append(contextvars.copy_context())
        return quick().result()

    @entrypoint(checkpointer=InMemorySaver())
    def main(n):
        value = hasty().result()
        with pytest.raises(UsageError) as caught:
            left[-1].run(quick)
        return [value, caught.value.code]

    assert main.invoke(1, thread_id="t") == [1, "usage.outside_run"]
    with pytest.raises(UsageError):
        left[0].run(quick)
    assert left[0].run(main.invoke, 1, thread_id="u") == [1, "usage.outside_run"]  # plain code may begin runs
