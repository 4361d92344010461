"""Awaiting work to its end, whoever cancels the waiter."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

__all__ = ("finish", "stay")

T = TypeVar("T")
P = ParamSpec("P")


async def finish(work: Awaitable[T], stop: Callable[[BaseException], None]) -> T:
    """Await work to its end, however often the waiter is cancelled; `stop` hears of each cancellation."""
    future = asyncio.ensure_future(work)
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError as error:
            stop(error)
    return future.result()


async def stay(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[T, BaseException | None]:
    """Call something in a thread and await it to its end; a cancellation meanwhile is handed back with its result."""
    stopped: list[BaseException] = []
    result = await finish(asyncio.to_thread(call, *args, **kwargs), stopped.append)
    return result, stopped[0] if stopped else None
