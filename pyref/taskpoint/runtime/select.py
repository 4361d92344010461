"""Waiting for several calls, in the order of the journal (`CON-008`, `CON-011`)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Iterator, Sequence
from typing import Any, Generic, Literal, TypeVar, cast, overload

from taskpoint._core.calls import DELIVERED
from taskpoint.errors import UsageError
from taskpoint.runtime.execution.host import current_host
from taskpoint.runtime.execution.loop_future import LoopFuture
from taskpoint.runtime.execution.loop_host import LoopHost
from taskpoint.runtime.execution.sync_host import SyncFuture
from taskpoint.runtime.func import TaskFuture

__all__ = ("Gathered", "as_completed", "gather")

R = TypeVar("R")


class _Completed(Generic[R]):
    """What `as_completed` returns: iterate with ``for`` in a sync function, with ``async for`` in an async one."""

    def __init__(self, futures: Iterable[TaskFuture[R]]) -> None:
        given: list[object] = list(futures)
        if not all(isinstance(future, SyncFuture | LoopFuture) for future in given):
            raise UsageError(
                "as_completed() and gather() were given something that is no call of a task",
                code="usage.option_invalid",
                hint="pass the calls themselves: as_completed(calls), gather(*calls)",
            )
        self._futures = cast("list[SyncFuture[R] | LoopFuture[R]]", list(dict.fromkeys(given)))

    def __iter__(self) -> Iterator[TaskFuture[R]]:
        futures = [future for future in self._futures if isinstance(future, SyncFuture)]
        if len(futures) < len(self._futures):
            raise UsageError(
                "these calls were made by an async function", code="usage.blocking_wait", hint="use async for"
            )
        arrived, cancels = _arrivals(futures, lambda: None), -1
        for first in futures[:1] * len(futures):
            host = first.host
            if cancels != host.cancels:  # each of them would be asked for each arrival
                cancels = host.cancels
                host.record_cancelled([future.call for future in futures])
            if not arrived:
                host.wait_until(lambda: bool(arrived))
            yield arrived.popleft()

    async def __aiter__(self) -> AsyncIterator[TaskFuture[R]]:
        woken = asyncio.Event()
        arrived = _arrivals(self._futures, woken.set)
        for _ in self._futures:
            while not arrived:
                woken.clear()
                await woken.wait()
            yield arrived.popleft()


def _arrivals(
    futures: Sequence[SyncFuture[R] | LoopFuture[R]], wake: Callable[[], None]
) -> deque[SyncFuture[R] | LoopFuture[R]]:
    """Return calls as their outcomes are delivered, where `wake` is told of it; those that were come first (`CON-011`).

    One that ends without an outcome, because its scope is suspended, comes too: who waits for it is to see that.
    """
    delivered = [future for future in futures if future.call.state is DELIVERED]
    arrived = deque(sorted(delivered, key=lambda future: future.call.turn))

    def arrive(future: Any) -> None:
        arrived.append(future)
        wake()

    for future in futures:
        future.call.observed = True
        if future.call.state is not DELIVERED:
            future.add_done_callback(arrive)
    return arrived


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


class Gathered(list[R]):
    """What `gather` returns, as type checkers see it: in a sync function a list, in an async one to be awaited."""

    def __await__(self) -> Generator[Any, None, list[R]]:
        """Wait for the results."""
        yield from ()
        return self


@overload
def gather(*futures: Awaitable[R], return_exceptions: Literal[False] = False) -> Gathered[R]: ...
@overload
def gather(*futures: Awaitable[R], return_exceptions: bool) -> Gathered[R | BaseException]: ...
def gather(*futures: Awaitable[Any], return_exceptions: bool = False) -> Any:
    """Wait for calls of one scope; their results come in the order of the arguments, the waiting in journal order.

    Args:
        *futures: What calls of tasks returned; in an async function any awaitables, as with `asyncio.gather`.
        return_exceptions: Put an error in its place instead of raising the first that is delivered; the other calls
            go on in any case.

    Returns:
        In a sync function the list of results; in an async one what gives it when it is awaited.

    Raises:
        UsageError: Outside of a run (code ``usage.outside_run``).

    Example:
        >>> from taskpoint import entrypoint, gather, task
        >>> @task
        ... def double(n: int) -> int:
        ...     return 2 * n
        >>> @entrypoint
        ... def main(n: int) -> list[int]:
        ...     return gather(*double.map(range(n)))
        >>> main.invoke(3)
        [0, 2, 4]
    """
    if isinstance(current_host("gather()"), LoopHost):
        return asyncio.gather(*futures, return_exceptions=return_exceptions)
    calls = [cast("TaskFuture[Any]", future) for future in futures]
    for future in _Completed(calls):  # the failure delivered first is the one to be raised (CON-009)
        if not return_exceptions:
            future.result()
    errors = [future.exception() for future in calls] if return_exceptions else [None] * len(calls)
    return [future.result() if error is None else error for future, error in zip(calls, errors, strict=True)]
