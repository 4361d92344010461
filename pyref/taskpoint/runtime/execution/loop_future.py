"""The future of a call made on an event loop."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Final, TypeVar

from taskpoint._core.calls import Call
from taskpoint.errors import UsageError
from taskpoint.runtime.execution.unwaited import without_value

if TYPE_CHECKING:
    from taskpoint.runtime.execution.loop_host import LoopHost

__all__ = ("LoopFuture",)

R = TypeVar("R")
_BASE: Final = vars(asyncio.Future)
_INIT: Final = _BASE["__init__"]
_RESULT: Final = _BASE["result"]
_EXCEPTION: Final = _BASE["exception"]
_ADD_DONE_CALLBACK: Final = _BASE["add_done_callback"]
"""What `super` would find, in half the time: each outcome passes through all of them."""
_ANY: Final = object()
_COUNTING: Final = next(
    (each for each in asyncio.gather.__code__.co_consts if getattr(each, "co_name", "") == "_done_callback"), _ANY
)
"""The code with which `asyncio.gather` counts what is done; unknown where that is made otherwise."""


@without_value("await it")
class LoopFuture(asyncio.Future[R]):
    """The future of a call made on an event loop: wait with ``await``."""

    __slots__ = ("call", "counters", "host", "is_awaited", "waiters")

    def __init__(self, host: LoopHost, call: Call) -> None:
        _INIT(self, loop=host.loop.loop)
        self.host = host
        self.call = call
        self.waiters: tuple[asyncio.Task[Any] | None, ...] = ()
        """The tasks of the loop that wait for it."""
        self.is_awaited = False
        """Whether its delivery lets code go on by itself."""
        self.counters: tuple[Callable[..., object], ...] = ()
        """Each `asyncio.gather` that counts it: its delivery lets code go on only where it is the last."""

    def __repr__(self) -> str:
        return f"<TaskFuture {self.call.path} {self.call.state.name.lower()}>"

    def __hash__(self) -> int:
        # asyncio.wait returns sets: their order must not change from run to run (CON-006)
        return self.call.ordinal

    def __eq__(self, other: object) -> bool:
        return self is other

    def result(self, timeout: float | None = None) -> R:  # noqa: ARG002 - the same signature as in a thread
        """Return the delivered value, or raise the delivered error; it never blocks the event loop."""
        if not self.done():
            raise UsageError(
                f"the call at {self.call.path} has no outcome yet, and waiting would block the event loop",
                code="usage.blocking_wait",
                hint="await the future instead of calling .result()",
            )
        self.call.observed = True
        value: R = _RESULT(self)
        return value

    def running(self) -> bool:
        """Tell whether the outcome was not delivered yet."""
        return not self.done()

    def exception(self, timeout: float | None = None) -> BaseException | None:  # noqa: ARG002
        """Return the delivered error, None where the call has none."""
        self.call.observed = True
        error: BaseException | None = _EXCEPTION(self)
        return error

    def add_done_callback(self, fn: Callable[..., object], *, context: contextvars.Context | None = None) -> None:
        """Call `fn` with this future when the outcome is delivered; so does whatever awaits it."""
        self.call.observed = True
        _ADD_DONE_CALLBACK(self, fn, context=context)
        if not self.done():
            task = asyncio.current_task()
            if task not in self.waiters:  # a loop around `asyncio.wait` asks again and again
                self.waiters += (task,)
            if getattr(fn, "__code__", None) is _COUNTING:
                self.counters += (fn,)
                self.host.count(fn)
            else:
                self.is_awaited = True
            self.host.observe(self.call)

    def __await__(self) -> Generator[Any, None, R]:
        self.call.observed = True  # one that is done already asks nobody else
        return super().__await__()

    def cancel(self, msg: object | None = None) -> bool:  # noqa: ARG002 - asyncio's signature
        """Ask to cancel the call; whoever waits sees `asyncio.CancelledError` once that is recorded (`CON-015`)."""
        return not self.done() and self.host.cancel(self.call)

    def cancel_now(self) -> None:
        """Let the waiters see the cancellation."""
        super().cancel()
