"""Streams of what happens in a run, and sync runs under an event loop."""

from __future__ import annotations

import _thread
import asyncio
import collections
import concurrent.futures
import contextlib
import contextvars
import gc
import queue
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar, cast

from taskpoint.runtime.process.signals import StopRun
from taskpoint.runtime.process.threads import POOL
from taskpoint.runtime.streams.events import Bus, Event, bus_for
from taskpoint.runtime.streams.parts import Parts, StreamOptions, result_of
from taskpoint.watching.base import Watcher

if TYPE_CHECKING:
    from taskpoint.runtime.runs.attempt import Attempt

__all__ = ("Collected", "astream", "in_thread", "stream")

T = TypeVar("T")
P = ParamSpec("P")


class Brake:
    """Stops a run from outside, also one that has not begun yet."""

    def __init__(self) -> None:
        self._attempt: Attempt | None = None
        self._error: BaseException | None = None

    def watch(self, attempt: Attempt) -> None:
        """Take the attempt that is beginning."""
        self._attempt = attempt
        if self._error is not None:
            attempt.run.halt_now(self._error)

    def pull(self, error: BaseException) -> bool:
        """Stop the run; what has finished is kept. Tell whether it was done again, so that nobody waits (`STP-004`)."""
        again, self._error = self._error is not None, error
        attempt = self._attempt
        if attempt is None:
            return False
        if again:
            return attempt.let_go(error)
        attempt.run.halt_now(error)
        return False


class _Failed(NamedTuple):
    """The run has failed: what is raised where its stream is read."""

    error: BaseException


_Item = tuple[Event, Any] | _Failed | None
"""What goes from a run to its stream: an event with what was taken of it, or the end."""


def stream(
    run: Callable[[Bus | None, Callable[[Attempt], None]], Any], options: StreamOptions, *watchers: Sequence[Watcher]
) -> Iterator[Any]:
    """Run in a thread beside the reader and yield the parts; closing the iterator stops the run (`RUN-020`).

    The run never waits for its reader (`STM-007`).
    """
    items: queue.SimpleQueue[_Item] = queue.SimpleQueue()
    brake, parts = Brake(), Parts(options)

    def work() -> None:
        end: _Failed | None = None
        try:
            run(_bus(parts, options, items.put, watchers), brake.watch)
        except BaseException as error:  # noqa: BLE001 - it is raised where the stream is read
            end = _Failed(error)
        items.put(end)

    return _Stream(work, items, parts, brake)


class _Stream(Iterator[Any]):
    """Reads the parts of a run that begins when the first is asked for."""

    def __init__(self, work: Callable[[], None], items: queue.SimpleQueue[_Item], parts: Parts, brake: Brake) -> None:
        self._work, self._items, self._parts, self._brake = work, items, parts, brake
        self._thread: threading.Thread | None = None
        self._shown: Iterator[Any] = iter(())
        self._is_over = False

    def __next__(self) -> Any:
        if self._is_over:
            raise StopIteration
        try:
            if self._thread is None:
                inside = contextvars.copy_context().run
                self._thread = threading.Thread(target=inside, args=(self._work,), name="taskpoint-stream", daemon=True)
                self._thread.start()
            return self._read()
        except BaseException:
            self.close()
            raise

    def _read(self) -> Any:
        while True:
            for part in self._shown:
                return part
            item = self._items.get()
            if item is None:
                raise StopIteration
            if isinstance(item, _Failed):
                raise item.error
            self._shown = self._parts.of(*item)

    def close(self) -> None:
        """Stop the run and wait until it has ended; a second time does nothing."""
        if self._is_over:
            return
        self._is_over = True
        self._brake.pull(StopRun())
        try:
            if self._thread is not None and self._thread.ident is not None:  # Ctrl-C comes also while it starts
                self._thread.join()
        except BaseException as error:
            self._brake.pull(error)
            raise

    def __del__(self) -> None:
        """Close what nobody reads any more.

        The garbage collector calls from any thread, whatever that holds and whoever waits for it: it waits for nobody.
        """
        if not gc.is_finalized(self):
            self.close()
        elif not self._is_over:
            _thread.start_new_thread(self._brake.pull, (StopRun(),))


async def astream(
    run: Callable[[Bus | None], Awaitable[Any]], options: StreamOptions, *watchers: Sequence[Watcher]
) -> AsyncIterator[Any]:
    """Run as a task beside the reader and yield the parts; closing the generator stops the run (`RUN-020`)."""
    loop, parts = asyncio.get_running_loop(), Parts(options)
    items: collections.deque[_Item] = collections.deque()
    arrived = asyncio.Event()

    def put(item: _Item) -> None:
        """Hand over from any thread; the order is that of the calls."""
        items.append(item)
        loop.call_soon_threadsafe(arrived.set)

    async def work() -> None:
        await run(_bus(parts, options, put, watchers))

    running = loop.create_task(work())
    running.add_done_callback(lambda _: put(None))
    try:
        while True:
            while items:
                item = items.popleft()
                if item is None:
                    running.result()
                    return
                for part in parts.of(*cast("tuple[Event, Any]", item)):
                    yield part
            arrived.clear()
            if not items:
                await arrived.wait()
    finally:
        if not running.done():
            running.cancel()
            await asyncio.wait({running})


class Collected:
    """What a stream would have shown of a run, for who waits for its end."""

    def __init__(self, options: StreamOptions, *watchers: Sequence[Watcher]) -> None:
        self._options, self._parts = options, Parts(options)
        self._items: list[tuple[Event, Any]] = []
        self.bus = _bus(self._parts, options, self._items.append, watchers)
        """What tells the events of the run."""

    def result(self) -> Any:
        """Return it in the form that was asked for, now that the run is over."""
        return result_of(self._options, [part for item in self._items for part in self._parts.of(*item)])


def _bus(
    parts: Parts,
    options: StreamOptions,
    put: Callable[[tuple[Event, Any]], None],
    watchers: Sequence[Sequence[Watcher]],
) -> Bus | None:
    return bus_for(*watchers, reader=lambda event: put(parts.note(event)), reads_custom=options.shows("custom"))


async def in_thread(run: Callable[[Callable[[Attempt], None]], T]) -> T:
    """Run a sync workflow in a thread; cancelling the waiting task stops the run, which is still awaited.

    The thread is none of the event loop's, which would wait for it: who cancels again waits for nothing (`STP-004`).
    """
    loop, brake, context = asyncio.get_running_loop(), Brake(), contextvars.copy_context()
    ended, result = asyncio.Event(), concurrent.futures.Future[T]()

    def work() -> None:
        try:
            result.set_result(context.run(run, brake.watch))
        except BaseException as error:  # noqa: BLE001 - it is raised where the run is awaited
            result.set_exception(error)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(ended.set)

    POOL.submit(work)
    while not result.done():
        try:
            await ended.wait()
        except asyncio.CancelledError as error:
            if brake.pull(error):
                raise
    return result.result()
