"""One execution of a call that a policy may repeat or give up, and what belongs to it."""

from __future__ import annotations

from collections.abc import Callable

from taskpoint._core.journal import TaskOutcome

__all__ = ("Execution",)


class Execution:
    """What the scopes inside one execution share; the scopes of tasks without policies share none."""

    __slots__ = ("auto", "clock", "kept", "outer", "over", "touched")

    def __init__(
        self,
        outer: Execution | None = None,
        *,
        keeps: bool = False,
        clock: Callable[[], float] | None = None,
        auto: bool = True,
    ) -> None:
        self.outer = outer
        """The execution around this one."""
        self.over = False
        """Given up or repeated: nothing that still goes on inside makes a call or is recorded (`POL-023`)."""
        inherited = outer.kept if outer is not None else None
        self.kept: list[TaskOutcome] | None = inherited if inherited is not None else [] if keeps else None
        """The outcomes recorded inside, as long as something around them may be executed again."""
        self.clock = clock
        """Where progress is to be noted: what reads the time."""
        self.auto = auto
        """Whether calls and outcomes are progress, and not heartbeats alone."""
        self.touched = clock() if clock is not None else 0.0
        """When progress was made last."""

    @property
    def is_over(self) -> bool:
        """Whether this execution, or one around it, was given up or repeated."""
        execution: Execution | None = self
        while execution is not None:
            if execution.over:
                return True
            execution = execution.outer
        return False

    def touch(self, *, beat: bool = False) -> None:
        """Note progress, in this execution and those around it (`POL-025`)."""
        execution: Execution | None = self
        while execution is not None:
            if execution.clock is not None and (beat or execution.auto):
                execution.touched = execution.clock()
            execution = execution.outer
