"""How control leaves the code of a scope. Derived from `BaseException`, so that ``except Exception`` cannot eat it."""

from __future__ import annotations

from typing import cast

__all__ = ("Halted", "Signal", "StopRun", "Suspended", "unwrapped")


class Signal(BaseException):
    """Root of the two signals; user code lets them pass."""


class Suspended(Signal):
    """An interrupt waits for its answer; raised by every further live call of the scope (`INT-010`)."""


class Halted(Signal):
    """The attempt is over: overtaken, diverged, stopped, or its saver failed. `error` is what leaves the run."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


class StopRun(BaseException):
    """The run was stopped from outside, by `stop_runs`, a signal or the end of its stream (`RUN-020`).

    It is no `Exception`: what handles the errors of workflows does not take it for one. The thread can be resumed.
    """


def unwrapped(error: BaseException) -> BaseException:
    """Return the signal inside a group, as a `TaskGroup` makes one of it; any other error as it is."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    group = cast("BaseExceptionGroup[BaseException]", error)
    signal: Signal | BaseExceptionGroup[Signal] | None = group.subgroup(Signal)
    while isinstance(signal, BaseExceptionGroup):
        signal = signal.exceptions[0]
    return group if signal is None else signal
