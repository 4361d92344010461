"""What code of a suspended scope still does under asyncio before its run ends (`INT-027`, `INT-028`)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from taskpoint import Command, InMemorySaver, entrypoint, interrupt, task

CONFIG = {"configurable": {"thread_id": "t"}}
Waiting = Callable[..., Awaitable[Any]]


@task
async def ask(question: str) -> str:
    return str(interrupt(question))


async def _by_itself(question: str) -> str:
    return str(interrupt(question))


async def _in_a_group(*bodies: Any) -> list[str]:
    async with asyncio.TaskGroup() as group:
        branches = [group.create_task(each) for each in bodies]
    return [each.result() for each in branches]


async def _waiting(*bodies: Any) -> list[str]:
    branches = [asyncio.create_task(each) for each in bodies]
    await asyncio.wait(branches)
    return [each.result() for each in branches]


@pytest.mark.parametrize("together", [asyncio.gather, _in_a_group, _waiting])
@pytest.mark.parametrize("asking", [ask, _by_itself])
def test_a_branch_comes_to_its_end(together: Waiting, asking: Waiting) -> None:
    done: list[str] = []

    async def branch(name: str) -> str:
        try:
            return await asking(name)
        finally:
            for _ in range(5):
                await asyncio.sleep(0.001)
            done.append(name)

    @entrypoint(checkpointer=InMemorySaver())
    async def main(_: int) -> list[str]:
        try:
            return list(await together(branch("one")))
        finally:
            await asyncio.sleep(0.001)
            done.append("all")

    async def use() -> None:
        assert [each.value for each in (await main.ainvoke(1, CONFIG))["__interrupt__"]] == ["one"]
        assert done == ["one", "all"]
        assert await main.ainvoke(Command(resume="yes"), CONFIG) == ["yes"]
        assert done == ["one", "all"] * 2

    asyncio.run(asyncio.wait_for(use(), 60))


def test_who_waits_for_what_never_comes_is_told() -> None:
    ended: list[str] = []

    @entrypoint(checkpointer=InMemorySaver())
    async def main(names: list[str]) -> list[str]:
        queue: asyncio.Queue[str] = asyncio.Queue()
        answers: list[str] = []

        async def work() -> None:
            while True:
                answers.append(await ask(await queue.get()))
                queue.task_done()

        workers = [asyncio.create_task(work()) for _ in range(2)]
        for name in names:
            queue.put_nowait(name)
        try:
            await queue.join()  # the worker that asks comes to no end
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            await asyncio.sleep(0.001)
            ended.append("all")
        return sorted(answers)

    async def use() -> None:
        result: Any = await main.ainvoke(["a", "b"], CONFIG)
        assert [each.value for each in result["__interrupt__"]] == ["a", "b"]
        assert ended == ["all"]
        answers = {each.id: each.value.upper() for each in result["__interrupt__"]}
        assert await main.ainvoke(Command(resume=answers), CONFIG) == ["A", "B"]

    asyncio.run(asyncio.wait_for(use(), 60))


def test_a_caller_who_loses_patience_ends_what_does_not() -> None:
    async def use() -> None:
        reached = asyncio.Event()

        @entrypoint(checkpointer=InMemorySaver())
        async def main(_: int) -> str:
            try:
                return await ask("sure")
            finally:
                reached.set()
                await asyncio.Event().wait()

        run = asyncio.create_task(main.ainvoke(1, CONFIG))
        await reached.wait()
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run

    asyncio.run(asyncio.wait_for(use(), 60))


def test_an_async_task_of_a_sync_workflow_comes_to_its_end() -> None:
    done: list[str] = []

    @task
    async def careful() -> str:
        try:
            return str(interrupt("sure"))
        finally:
            await asyncio.sleep(0.001)
            done.append("closed")

    @entrypoint(checkpointer=InMemorySaver())
    def main(_: int) -> str:
        return careful().result()

    main.invoke(1, CONFIG)
    assert done == ["closed"]
    assert main.invoke(Command(resume="yes"), CONFIG) == "yes"


def test_code_that_does_not_wait_goes_on() -> None:
    @entrypoint(checkpointer=InMemorySaver())
    async def main(_: int) -> list[str]:
        asking = ask("sure")
        seen = ["begun"]
        for _ in range(5):
            await asyncio.sleep(0.001)
        seen.append(await ask("also"))
        return [*seen, await asking]

    async def use() -> None:
        result: Any = await main.ainvoke(1, CONFIG)
        assert [each.value for each in result["__interrupt__"]] == ["sure", "also"]

    asyncio.run(asyncio.wait_for(use(), 60))
