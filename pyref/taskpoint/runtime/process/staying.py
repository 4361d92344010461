"""Awaiting work to its end, whoever cancels the waiter."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar

__all__ = ("beside", "see_through", "stay")

T = TypeVar("T")
P = ParamSpec("P")


async def see_through(work: Awaitable[T], stop: Callable[[BaseException], None]) -> T:
    """Await work to its end, however often the waiter is cancelled; `stop` hears of each cancellation."""
    future = asyncio.ensure_future(work)
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError as error:
            stop(error)
    return future.result()


def beside(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
    """Call something in a thread of the running loop, which waits for it when it is closed.

    Where no thread can be had it is called right here: there are too many, or the main thread of the process has
    ended, and the loops of other threads go on.
    """
    loop, calls = asyncio.get_running_loop(), iter((partial(contextvars.copy_context().run, call, *args, **kwargs),))

    def work() -> Any:
        """Call it once: an executor that finds no thread has it done later, all the same."""
        each = next(calls, None)
        return None if each is None else each()

    try:
        return loop.run_in_executor(None, work)
    except RuntimeError:
        done: asyncio.Future[T] = loop.create_future()
        try:
            done.set_result(work())
        except Exception as error:  # noqa: BLE001 - it is raised where the future is awaited
            done.set_exception(error)
        return done


async def stay(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[T, BaseException | None]:
    """Call something in a thread and await it to its end; a cancellation meanwhile is handed back with its result."""
    stopped: list[BaseException] = []
    result = await see_through(beside(call, *args, **kwargs), stopped.append)
    return result, stopped[0] if stopped else None
