"""Several runs at a time, and how all of them end when somebody stops one, or waits no longer."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import os
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from taskpoint.runtime.process.threads import POOL
from taskpoint.runtime.streams.streaming import Brake

if TYPE_CHECKING:
    from taskpoint.runtime.runs.attempt import Attempt

__all__ = ("in_threads", "on_loop")

T = TypeVar("T")
Run: TypeAlias = "Callable[[Callable[[Attempt], None]], T]"

_THREADS: Final = min(32, (os.cpu_count() or 1) + 4)
"""How many runs go on at once where nobody says."""


def in_threads(runs: Sequence[Run[T]], limit: int | None, *, return_exceptions: bool) -> list[T | BaseException]:
    """Run workflows in threads and return their values in order; each gets what is to be shown its attempt.

    The threads are daemons: who interrupts a second time waits for none of them (`STP-004`).
    """
    brakes, ended = [Brake() for _ in runs], [Future[None]() for _ in runs]
    results: list[Any] = [None] * len(runs)
    waiting = deque([(place, contextvars.copy_context()) for place in range(len(runs))])

    def begin_no_more() -> None:
        for place, _ in _taken(waiting):
            ended[place].set_result(None)

    def work() -> None:
        for place, context in _taken(waiting):
            try:
                results[place] = context.run(runs[place], brakes[place].watch)
            except BaseException as error:  # noqa: BLE001 - it is raised where the runs are awaited
                results[place] = error
                if _is_stop(error):
                    begin_no_more()
            ended[place].set_result(None)

    def stop(error: BaseException) -> None:
        begin_no_more()
        for brake in brakes:
            brake.pull(error)

    try:
        for _ in range(min(limit or _THREADS, len(runs))):
            POOL.submit(work)
        concurrent.futures.wait(ended)
    except BaseException as error:
        stop(error)
        try:
            concurrent.futures.wait(ended)
        except BaseException as again:
            stop(again)
            raise
        raise
    return _results(results, return_exceptions=return_exceptions)


def _taken(waiting: deque[T]) -> Iterator[T]:
    """Take what waits, one after the other, beside others who do the same."""
    while True:
        try:
            yield waiting.popleft()
        except IndexError:
            return


async def on_loop(
    runs: Sequence[Callable[[], Awaitable[T]]], limit: int | None, *, return_exceptions: bool
) -> list[T | BaseException]:
    """Do the same on the running event loop."""
    gate, stopped = asyncio.Semaphore(limit or len(runs) or 1), asyncio.Event()

    async def one(run: Callable[[], Awaitable[T]]) -> Any:
        async with gate:
            try:
                return None if stopped.is_set() else await run()
            except BaseException as error:
                if _is_stop(error):
                    stopped.set()
                raise

    results = await asyncio.gather(*[one(run) for run in runs], return_exceptions=True)  # all end before one is raised
    return _results(results, return_exceptions=return_exceptions)


def _is_stop(result: object) -> bool:
    """Tell whether a run has ended with what ordinary handlers of errors do not take (`STP-001`)."""
    return isinstance(result, BaseException) and not isinstance(result, Exception | asyncio.CancelledError)


def _results(results: list[Any], *, return_exceptions: bool) -> list[Any]:
    for result in sorted((each for each in results if isinstance(each, BaseException)), key=_is_stop, reverse=True):
        if not return_exceptions or _is_stop(result):
            raise result
    return results
