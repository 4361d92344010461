"""When an execution has taken too long (`POL-020`)."""

from __future__ import annotations

from collections.abc import Callable

from taskpoint._core.execution import Execution
from taskpoint.errors import TaskTimeoutError
from taskpoint.runtime.definitions.policies import TimeoutPolicy

__all__ = ("Deadline", "watched")


def watched(policy: TimeoutPolicy | None, time: Callable[[], float]) -> Callable[[], float] | None:
    """Return the clock that an execution notes its progress with, where somebody asks for it."""
    return time if policy is not None and policy.idle_seconds is not None else None


class Deadline:
    """The time that one execution has."""

    def __init__(self, policy: TimeoutPolicy, execution: Execution, time: Callable[[], float]) -> None:
        self._run, self._idle = policy.run_seconds, policy.idle_seconds
        self._execution = execution
        self._time = time
        self._began = time()

    def left(self) -> float:
        """Return how many seconds there are until the time is up, as far as is known; 0 or less where it is."""
        now = self._time()
        whole = [] if self._run is None else [self._began + self._run - now]
        idle = [] if self._idle is None else [self._execution.touched + self._idle - now]
        return min(whole + idle)

    def error(self, what: str, code: str) -> TaskTimeoutError:
        """Return the failure, now that the time is up."""
        if self._run is not None and self._time() >= self._began + self._run:
            return TaskTimeoutError(
                f"{what} took longer than {self._run:g} seconds",
                code=code,
                hint="give it more time with timeout=, or let it be tried again with retry_policy=",
            )
        return TaskTimeoutError(
            f"{what} made no progress for {self._idle:g} seconds",
            code=code,
            hint="call heartbeat() where it makes progress, or give it more time with timeout=",
        )
