"""Waiting for several calls, in the order of the journal (`CON-011`)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, Generic, TypeVar

from taskpoint._core.machine import Call, State
from taskpoint.errors import UsageError
from taskpoint.runtime.func import TaskFuture
from taskpoint.runtime.loop_future import LoopFuture
from taskpoint.runtime.sync_host import SyncFuture

__all__ = ("as_completed",)

R = TypeVar("R")


class _Completed(Generic[R]):
    """What `as_completed` returns: iterate with ``for`` in a sync function, with ``async for`` in an async one."""

    def __init__(self, futures: Iterable[TaskFuture[R]]) -> None:
        self._futures: list[TaskFuture[R]] = list(dict.fromkeys(futures))

    def __iter__(self) -> Iterator[TaskFuture[R]]:
        rest: list[TaskFuture[R]] = self._futures
        while rest:
            first = rest[0]
            if not isinstance(first, SyncFuture):
                raise UsageError(
                    "these calls were made by an async function", code="usage.blocking_wait", hint="use async for"
                )
            calls = [_call_of(future) for future in rest]
            for call in calls:
                call.observed = True
            first.host.record_cancelled(calls)
            first.host.wait_until(lambda calls=calls: any(call.state is State.DELIVERED for call in calls))  # type: ignore[misc]
            future = _first(rest)
            rest = [other for other in rest if other is not future]
            yield future

    async def __aiter__(self) -> AsyncIterator[TaskFuture[R]]:
        rest: list[TaskFuture[R]] = self._futures
        while rest:
            waiting: list[Any] = list(rest)
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            future = _first(rest)
            rest = [other for other in rest if other is not future]
            yield future


def _call_of(future: TaskFuture[Any]) -> Call:
    assert isinstance(future, SyncFuture | LoopFuture)
    return future.call


def _first(futures: list[TaskFuture[R]]) -> TaskFuture[R]:
    delivered = [future for future in futures if _call_of(future).state is State.DELIVERED]
    return min(delivered, key=lambda future: _call_of(future).turn)


def as_completed(futures: Iterable[TaskFuture[R]]) -> _Completed[R]:
    """Yield calls of one scope as their outcomes are delivered: in journal order, the same on every replay.

    Args:
        futures: Calls of one scope; iterate with ``for`` in a sync function, with ``async for`` in an async one.

    Raises:
        UsageError: The calls were made by an async function, and the loop is a plain ``for``.

    Example:
        >>> from taskpoint import as_completed, entrypoint, task
        >>> @task
        ... def double(n: int) -> int:
        ...     return 2 * n
        >>> @entrypoint
        ... def main(n: int) -> list[int]:
        ...     return sorted(future.result() for future in as_completed([double(i) for i in range(n)]))
        >>> main.invoke(3)
        [0, 2, 4]
    """
    return _Completed(futures)
