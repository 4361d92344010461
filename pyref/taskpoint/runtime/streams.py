"""Streams of updates, and sync runs under an event loop."""

from __future__ import annotations

import asyncio
import contextvars
import queue
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

from taskpoint.errors import UsageError
from taskpoint.runtime.commands import Interrupt
from taskpoint.runtime.signals import StopRun

if TYPE_CHECKING:
    from taskpoint.runtime.run import Run

__all__ = ("astream", "check_mode", "in_thread", "stream")

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


def stream(run: Callable[[OnUpdate], Any], name: str) -> Iterator[dict[str, Any]]:
    """Run in a thread beside the consumer and yield the events; closing the generator stops the run (`RUN-020`)."""
    events: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    closed = threading.Event()

    def on_update(task: str, value: Any) -> None:
        if closed.is_set():
            raise StopRun
        events.put(("update", {task: value}))

    def work() -> None:
        try:
            events.put(("end", _last_event(run(on_update), name)))
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
        closed.set()
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


async def in_thread(run: Callable[[Callable[[Run], None]], Any]) -> Any:
    """Run a sync workflow in a thread; cancelling the waiting task stops the run, which is still awaited."""
    runs: list[Run] = []
    context = contextvars.copy_context()
    future = asyncio.get_running_loop().run_in_executor(None, lambda: context.run(run, runs.append))
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError as error:
        for one in runs:
            with one.lock:
                one.halt(error)
        await asyncio.wait([future])
        if not future.cancelled():
            future.exception()
        raise
