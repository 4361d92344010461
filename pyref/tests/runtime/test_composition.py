"""Workflows made of workflows: entrypoints inside of runs, in the caller's journal."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from journals import paths

from taskpoint import Command, InMemorySaver, UsageError, ValueEncodingError, entrypoint, interrupt, task

# In the caller's journal


def test_finished_tasks_inside_never_run_again() -> None:
    ran: list[str] = []

    @task
    def pick(n: int) -> int:
        ran.append(f"pick {n}")
        return n

    @task
    def pack(n: int) -> int:
        ran.append(f"pack {n}")
        return n * 10

    @entrypoint
    def ship(n: int) -> list[Any]:
        picked = pick(n).result()
        answer = interrupt("pack it?")
        return [pack(picked).result(), answer]

    saver = InMemorySaver()

    @entrypoint(checkpointer=saver)
    def sell(n: int) -> list[Any]:
        first = ship.invoke(n)
        second = ship.invoke(n + 1)
        return [first, second]

    asked = sell.invoke(1, thread_id="t")["__interrupt__"]
    assert [each.id for each in asked] == ["ship#0!0"]
    asked = sell.invoke(Command(resume="a"), thread_id="t")["__interrupt__"]
    assert [each.id for each in asked] == ["ship#1!0"]
    assert sell.invoke(Command(resume="b"), thread_id="t") == [[10, "a"], [20, "b"]]
    assert ran == ["pick 1", "pack 1", "pick 2", "pack 2"]
    assert paths(saver, "t") == ["ship#0/pick#0", "ship#0/pack#0", "ship#0", "ship#1/pick#0", "ship#1/pack#0", "ship#1"]


async def test_finished_tasks_inside_never_run_again_on_a_loop() -> None:
    ran: list[int] = []

    @task
    async def work(n: int) -> int:
        await asyncio.sleep(0)
        ran.append(n)
        return n

    @entrypoint
    async def inner(n: int) -> int:
        value = await work(n)
        if n == 2:
            interrupt("wait")
        return value

    saver = InMemorySaver()

    @entrypoint(checkpointer=saver)
    async def outer(n: int) -> list[int]:
        return list(await asyncio.gather(*(inner.ainvoke(each) for each in range(n))))

    asked = (await outer.ainvoke(4, thread_id="t"))["__interrupt__"]
    assert [each.id for each in asked] == ["inner#2!0"]
    assert await outer.ainvoke(Command(resume=None), thread_id="t") == [0, 1, 2, 3]
    assert sorted(ran) == [0, 1, 2, 3]


def test_a_killed_process_goes_on_inside(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent("""
            import os, sys
            from taskpoint import SqliteSaver, entrypoint, task

            @task
            def note(word):
                with open("ran.txt", "a") as file:
                    print(word, file=file)
                return word

            @entrypoint
            def inner(word):
                note(word).result()
                if not os.path.exists("second"):
                    open("second", "w").close()
                    os.kill(os.getpid(), 9)
                return note(word + "!").result()

            @entrypoint(checkpointer=SqliteSaver("threads.db"))
            def outer(word):
                return [inner.invoke(word), inner.invoke("again")]

            print(outer.invoke("hi" if sys.argv[1] == "begin" else None, thread_id="t"))
            """)
    )
    killed = subprocess.run([sys.executable, script, "begin"], cwd=tmp_path, check=False, timeout=60)
    assert killed.returncode == -9
    resumed = subprocess.run(
        [sys.executable, script, "resume"], cwd=tmp_path, check=True, timeout=60, capture_output=True, text=True
    )
    assert resumed.stdout.strip() == "['hi!', 'again!']"
    assert (tmp_path / "ran.txt").read_text().split() == ["hi", "hi!", "again", "again!"]


def test_called_from_a_task_and_from_itself() -> None:
    saver = InMemorySaver()

    @entrypoint
    def countdown(n: int) -> int:
        return 0 if n == 0 else countdown.invoke(n - 1) + 1

    @task
    def step(n: int) -> int:
        result: int = countdown.invoke(n)
        return result

    @entrypoint(checkpointer=saver)
    def main(n: int) -> int:
        return step(n).result()

    assert main.invoke(2, thread_id="t") == 2
    inner = "step#0/countdown#0"
    assert paths(saver, "t") == [f"{inner}/countdown#0/countdown#0", f"{inner}/countdown#0", inner, "step#0"]


@pytest.mark.parametrize("limit", [None, 1])
def test_fifty_levels_deep(limit: int | None) -> None:
    @entrypoint
    def deep(n: int) -> int:
        return 0 if n == 0 else deep.invoke(n - 1) + 1

    assert deep.invoke(50, {"max_concurrency": limit} if limit else None) == 50


async def test_fifty_levels_deep_on_a_loop() -> None:
    @entrypoint
    async def deep(n: int) -> int:
        return 0 if n == 0 else await deep.ainvoke(n - 1) + 1

    assert await deep.ainvoke(50, {"max_concurrency": 1}) == 50


def test_an_async_entrypoint_in_a_sync_one() -> None:
    @task
    async def work(n: int) -> int:
        await asyncio.sleep(0)
        return n * 2

    @entrypoint
    async def inner(n: int) -> int:
        return sum(await asyncio.gather(work(n), work(n + 1)))

    saver = InMemorySaver()

    @entrypoint(checkpointer=saver)
    def outer(n: int) -> int:
        result: int = inner.invoke(n)
        return result

    assert outer.invoke(1, thread_id="t") == 6
    assert paths(saver, "t") == ["inner#0/work#0", "inner#0/work#1", "inner#0"]


async def test_a_sync_entrypoint_in_an_async_one() -> None:
    @task
    def work(n: int) -> int:
        return n * 2

    @entrypoint
    def inner(n: int) -> int:
        return work(n).result()

    @entrypoint
    async def outer(n: int) -> list[int]:
        return list(await asyncio.gather(inner.ainvoke(n), inner.ainvoke(n + 1)))

    assert await outer.ainvoke(1) == [2, 4]


async def test_waiting_in_the_wrong_way_is_refused() -> None:
    @entrypoint
    def inner(n: int) -> int:
        return n

    @entrypoint
    async def blocking(n: int) -> object:
        return inner.invoke(n)

    @entrypoint
    def awaiting(n: int) -> object:
        return asyncio.run(inner.ainvoke(n))

    @entrypoint
    async def elsewhere(n: int) -> object:
        return await asyncio.to_thread(inner.invoke, n)

    with pytest.raises(UsageError, match="block the event loop") as refused:
        await blocking.ainvoke(1)
    assert (refused.value.code, refused.value.hint) == ("usage.blocking_wait", "await .ainvoke(...) instead")
    with pytest.raises(UsageError) as refused:
        await asyncio.to_thread(awaiting.invoke, 1)
    assert refused.value.code == "usage.blocking_wait"
    with pytest.raises(UsageError) as refused:
        await elsewhere.ainvoke(1)
    assert refused.value.code == "usage.outside_run"


class Declined(Exception):
    pass


def test_an_error_inside_is_the_call_s_and_can_be_caught() -> None:
    attempts: list[int] = []

    @task
    def charge(n: int) -> int:
        attempts.append(n)
        raise Declined("no")

    @entrypoint
    def pay(n: int) -> int:
        return charge(n).result()

    @entrypoint(checkpointer=InMemorySaver())
    def main(n: int) -> Any:
        try:
            pay.invoke(n)
        except Declined as error:
            return [str(error), interrupt("and now?")]

    assert "__interrupt__" in main.invoke(1, thread_id="t")
    assert main.invoke(Command(resume="go on"), thread_id="t") == ["no", "go on"]
    assert attempts == [1]


@dataclass
class Order:
    id: str
    count: int


def test_values_have_their_types_inside() -> None:
    @entrypoint
    def inner(order: Order) -> Order:
        assert type(order) is Order
        return Order(order.id, order.count + 1)

    saver = InMemorySaver()

    @entrypoint(checkpointer=saver)
    def outer(n: int) -> int:
        order = Order("a", n)
        got = inner.invoke(order)
        assert got == Order("a", n + 1)
        assert order.count == n
        interrupt("again")
        return int(got.count)

    outer.invoke(1, thread_id="t")
    assert outer.invoke(Command(resume=0), thread_id="t") == 2


def test_an_input_without_an_encoding_fails_at_the_call() -> None:
    @entrypoint
    def inner(value: Any) -> None:
        raise AssertionError

    @entrypoint
    def outer(n: int) -> str:
        try:
            inner.invoke(object())
        except ValueEncodingError as error:
            return type(error).__name__
        return "taken"

    assert outer.invoke(1) == "ValueEncodingError"
