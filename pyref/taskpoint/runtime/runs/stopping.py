"""Stopping the runs of this process from outside: by a function, or by a signal (`STP-001`)."""

from __future__ import annotations

import queue
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, Self

from taskpoint.errors import UsageError
from taskpoint.runtime.process.signals import StopRun

if TYPE_CHECKING:
    from taskpoint.runtime.execution.run import Run

__all__ = ("Use", "stop_on_signals", "stop_runs")


class Use:
    """One use of an entrypoint: the run that it carries now, and whether somebody has stopped it."""

    def __init__(self) -> None:
        self._run: Run | None = None
        self._is_stopped = False

    def __enter__(self) -> Self:
        """Let who stops runs find it."""
        _REGISTRY.uses[self] = None
        return self

    def __exit__(self, *_: object) -> None:
        _REGISTRY.uses.pop(self, None)

    @property
    def thread_id(self) -> str | None:
        """The thread that it works on."""
        return None if self._run is None else self._run.config.thread_id

    def carries(self, run: Run) -> None:
        """Take the run of an attempt that has begun; where it or all are being stopped, this one is too."""
        self._run = run
        if self._is_stopped or _REGISTRY.is_closed:
            run.halt_now(StopRun())

    def stop(self) -> bool:
        """Stop the run, if it has begun."""
        run = self._run
        self._is_stopped = run is not None
        if run is not None:
            run.halt_now(StopRun())
        return run is not None


class _Registry:
    """What runs in this process."""

    def __init__(self) -> None:
        self.uses: dict[Use, None] = {}
        self.closed = 0

    @property
    def is_closed(self) -> bool:
        """Whether nothing new may begin."""
        return self.closed > 0


_REGISTRY = _Registry()


def stop_runs(thread_id: str | None = None) -> int:
    """Stop runs of this process, from any thread: nothing new begins, and what is under way is finished and recorded.

    Each `invoke` that is stopped raises `StopRun`, and its thread can be resumed at once.

    Args:
        thread_id: Only the runs on this thread; all if left out.

    Returns:
        How many runs were told to stop; it does not wait until they have.

    Example:
        >>> from taskpoint import InMemorySaver, StopRun, entrypoint, stop_runs, task
        >>> @task
        ... def step(n: int) -> int:
        ...     return stop_runs("t") if n == 1 else n
        >>> @entrypoint(checkpointer=InMemorySaver())
        ... def main(n: int) -> list[int]:
        ...     return [step(i).result() for i in range(n)]
        >>> try:
        ...     main.invoke(3, thread_id="t")
        ... except StopRun:
        ...     print("stopped")
        stopped
        >>> main.invoke(None, thread_id="t")
        [0, 1, 2]
    """
    chosen = [use for use in list(_REGISTRY.uses) if thread_id is None or use.thread_id == thread_id]
    return sum([use.stop() for use in chosen])


@contextmanager
def stop_on_signals(*signals: int) -> Generator[None]:
    """Let a signal stop all runs of the process cleanly while the block runs.

    The first signal stops them as `stop_runs` does, and no new one begins. At the end of the block the handlers from
    before are back, and get the signal: where the default would have ended the process, it ends with
    `SystemExit` and the status 128 + the signal's number. A second signal is not held back.

    Args:
        *signals: Which signals; `signal.SIGTERM` if left out.

    Raises:
        UsageError: This is not the main thread of the process, the only one that can have handlers, or what was given
            is no signal that can be handled.

    Example:
        >>> from taskpoint import entrypoint, stop_on_signals
        >>> main = entrypoint("main", lambda n: n + 1)
        >>> with stop_on_signals():
        ...     main.invoke(1)
        2
    """
    if threading.current_thread() is not threading.main_thread():
        raise UsageError(
            "stop_on_signals() was called outside of the main thread", hint="call it where the program begins"
        )
    mailbox: queue.SimpleQueue[int | None] = queue.SimpleQueue()
    received: list[int] = []
    before: dict[int, Any] = {}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - it may not take a lock: others do it
        if received:
            restore()
            _hand_over(number, before[number])
        else:
            received.append(number)
            mailbox.put(number)

    def serve() -> None:
        if mailbox.get() is not None:
            _REGISTRY.closed += 1
            stop_runs()

    server = threading.Thread(target=serve, name="taskpoint-signals", daemon=True)
    server.start()
    try:
        for number in signals or (signal.SIGTERM,):
            before[number] = _handled(number, handle)
        yield
    finally:
        restore()
        mailbox.put(None)
        server.join()
        if received:
            _REGISTRY.closed -= 1
            _hand_over(received[0], before[received[0]])


def _handled(number: int, handler: Callable[[int, FrameType | None], None]) -> Any:
    """Let a signal be handled, and return by what it was before."""
    try:
        return signal.signal(number, handler)
    except (OSError, OverflowError, TypeError, ValueError):
        raise UsageError(
            "stop_on_signals() was given what is no signal that a program can handle", hint="pass signal.SIGTERM"
        ) from None


def _hand_over(number: int, handler: Any) -> None:
    """Do with a signal what would have been done without us."""
    if handler in (None, signal.SIG_DFL):
        raise SystemExit(128 + number)
    signal.raise_signal(number)
