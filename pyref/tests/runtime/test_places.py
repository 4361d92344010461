"""A call has a scope and a host from when its code first asks for its run: never while that code ends, or after it."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from taskpoint import Command, InMemorySaver, UsageError, entrypoint, get_config, interrupt, task
from taskpoint._core.calls import Call
from taskpoint.runtime.execution.host import Host, Place

if TYPE_CHECKING:
    from taskpoint.runtime.execution.run import Run

_HOST = cast("Host", object())
_CALL = cast("Call", object())


class _Lock:
    """A lock; before it is first taken, something happens."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self._lock = threading.Lock()
        self._first = [happens]

    def __enter__(self) -> None:
        if self._first:
            self._first.pop()()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _made(_: Place, __: Call) -> Host:
    return _HOST


def _in_context(made: Callable[[], Place]) -> Place:
    return contextvars.copy_context().run(made)


def test_code_that_ends_while_another_thread_begins_to_ask_has_no_host_afterwards() -> None:
    left: list[Host | None] = []
    run = cast("Run", SimpleNamespace(lock=_Lock(lambda: left.append(place.leave()))))
    place = _in_context(lambda: Place(_CALL, _made, run))

    assert place.open() is None
    assert left == [None]
    assert place.leave() is None


def test_code_that_ends_while_its_host_is_made_gets_that_host_to_end() -> None:
    left: list[Host | None] = []
    ending = threading.Thread(target=lambda: left.append(place.leave()))

    def make(_: Place, __: Call) -> Host:
        assert run.lock.locked()
        ending.start()
        return _HOST

    run = cast("Run", SimpleNamespace(lock=threading.Lock()))
    place = _in_context(lambda: Place(_CALL, make, run))

    assert place.open() is _HOST
    ending.join()
    assert left == [_HOST]


def _ask_in_thread(said: list[object]) -> threading.Thread:
    """Ask for the run in another thread, which may come before or after the end of the code that runs here."""

    def ask() -> None:
        try:
            said.append(context.run(get_config)["configurable"]["thread_id"])
        except UsageError as error:
            said.append(error.code)

    context = contextvars.copy_context()
    thread = threading.Thread(target=ask)
    thread.start()
    return thread


@pytest.mark.parametrize("is_async", [True, False])
def test_threads_that_ask_while_their_tasks_end_keep_no_run_from_ending(*, is_async: bool) -> None:
    said: list[object] = []
    threads: list[threading.Thread] = []

    @task
    async def leaf_on_loop(n: int) -> int:
        threads.append(_ask_in_thread(said))
        return n

    @task
    def leaf_in_thread(n: int) -> int:
        threads.append(_ask_in_thread(said))
        return n

    @entrypoint(checkpointer=InMemorySaver())
    async def on_loop(count: int) -> list[Any]:
        return [*await asyncio.gather(*[leaf_on_loop(n) for n in range(count)]), interrupt("more?")]

    @entrypoint(checkpointer=InMemorySaver())
    def in_thread(count: int) -> list[Any]:
        futures = [leaf_in_thread(n) for n in range(count)]
        return [*[future.result() for future in futures], interrupt("more?")]

    def use(given: object) -> Any:
        if is_async:
            return asyncio.run(on_loop.ainvoke(cast("int", given), thread_id="t"))
        return in_thread.invoke(cast("int", given), thread_id="t")

    assert "__interrupt__" in use(50)
    assert use(Command(resume="no")) == [*range(50), "no"]
    for thread in threads:
        thread.join()
    assert len(said) == 50
    assert set(said) <= {"t", "usage.outside_run"}


async def test_what_goes_on_after_its_task_is_plain_code() -> None:
    over = asyncio.Event()
    beside: list[asyncio.Task[Any]] = []

    @entrypoint(checkpointer=InMemorySaver())
    async def other(n: int) -> int:
        return n + 1

    async def go_on() -> int:
        await over.wait()
        with pytest.raises(UsageError, match="left behind when it ended"):
            get_config()
        value: int = await other.ainvoke(1, thread_id="of its own")
        return value

    @task
    async def begin() -> str:
        beside.append(asyncio.create_task(go_on()))
        return "begun"

    @entrypoint(checkpointer=InMemorySaver())
    async def main(_: int) -> tuple[str, int]:
        said = await begin()
        over.set()
        return said, await beside[0]

    assert await main.ainvoke(1, thread_id="t") == ("begun", 2)
    assert other.get_state(thread_id="of its own").values == 2
