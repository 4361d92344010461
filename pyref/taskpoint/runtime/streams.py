"""Streams of updates, and sync runs under an event loop."""

from __future__ import annotations

import asyncio
import contextvars
import queue
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from taskpoint.errors import UsageError
from taskpoint.runtime.commands import Interrupt
from taskpoint.runtime.signals import StopRun

if TYPE_CHECKING:
    from taskpoint.runtime.run import Run

__all__ = ("astream", "check_mode", "finish", "in_thread", "stay", "stream")

T = TypeVar("T")
P = ParamSpec("P")

OnUpdate = Callable[[str, Any], None]
_MODES = ("updates",)


def check_mode(mode: object) -> None:
    """Refuse a stream mode that does not exist."""
    if mode not in _MODES:
        raise UsageError("the stream mode is unknown", hint=f"use one of {', '.join(_MODES)}")


def _last_event(result: Any, name: str) -> dict[str, Any]:
    if isinstance(result, dict) and set(cast("dict[object, object]", result)) == {"__interrupt__"}:
        return {"__interrupt__": tuple(cast("dict[str, list[Interrupt]]", result)["__interrupt__"])}
    return {name: result}


class Brake:
    """Stops a run from outside, also one that has not begun yet."""

    def __init__(self) -> None:
        self._run: Run | None = None
        self._error: BaseException | None = None

    def watch(self, run: Run) -> None:
        """Take the run that is beginning."""
        self._run = run
        if self._error is not None:
            run.halt_now(self._error)

    def pull(self, error: BaseException) -> None:
        """Stop the run; what has finished is kept."""
        self._error = error
        if self._run is not None:
            self._run.halt_now(error)


def stream(run: Callable[[OnUpdate, Callable[[Run], None]], Any], name: str) -> Iterator[dict[str, Any]]:
    """Run in a thread beside the consumer and yield the events; closing the generator stops the run (`RUN-020`)."""
    events: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    brake = Brake()

    def on_update(task: str, value: Any) -> None:
        events.put(("update", {task: value}))

    def work() -> None:
        try:
            events.put(("end", _last_event(run(on_update, brake.watch), name)))
        except BaseException as error:  # noqa: BLE001 - it is raised where the stream is read
            events.put(("error", error))

    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,), name="taskpoint-stream", daemon=True)
    thread.start()
    try:
        while True:
            what, payload = events.get()
            if what == "error":
                raise payload
            yield payload
            if what == "end":
                return
    finally:
        brake.pull(StopRun())
        thread.join()


async def astream(run: Callable[[OnUpdate], Awaitable[Any]], name: str) -> AsyncIterator[dict[str, Any]]:
    """Run as a task beside the consumer and yield the events; closing the generator stops the run (`RUN-020`)."""
    events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def on_update(task: str, value: Any) -> None:
        loop.call_soon_threadsafe(events.put_nowait, {task: value})

    async def work() -> Any:
        return await run(on_update)

    running = loop.create_task(work())
    getter: asyncio.Task[dict[str, Any]] | None = None
    try:
        while True:
            getter = loop.create_task(events.get())
            await asyncio.wait({getter, running}, return_when=asyncio.FIRST_COMPLETED)
            if getter.done():
                yield getter.result()
                continue
            getter.cancel()
            await asyncio.sleep(0)
            while not events.empty():
                yield events.get_nowait()
            yield _last_event(running.result(), name)
            return
    finally:
        if not running.done():
            running.cancel()
            await asyncio.wait({running})
        if getter is not None:
            getter.cancel()


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


async def in_thread(run: Callable[[Callable[[Run], None]], T]) -> T:
    """Run a sync workflow in a thread; cancelling the waiting task stops the run, which is still awaited."""
    brake = Brake()
    return await finish(asyncio.to_thread(run, brake.watch), brake.pull)
