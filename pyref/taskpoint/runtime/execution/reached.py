"""Which code of a scope on an event loop a suspension has reached: it ends before the attempt does (`INT-027`)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from taskpoint.runtime.execution.run_loop import RunLoop

__all__ = ("Reached",)

_NOBODY: Final[frozenset[asyncio.Task[Any]]] = frozenset()


class Reached:
    """The tasks that the suspension has reached: the scope's own one, or those of branches."""

    __slots__ = ("_loop", "_stuck_at", "_tasks")

    def __init__(self, loop: RunLoop) -> None:
        self._loop = loop
        self._tasks = _NOBODY
        self._stuck_at: object = None
        """What the scope's own task waited for when the suspension reached a branch."""

    def add(self, own: asyncio.Task[Any] | None, *tasks: asyncio.Task[Any] | None) -> None:
        """Note that the suspension has come to these tasks; `own` is the scope's."""
        for task in tasks:
            if task is not None and task not in self._tasks:
                self._tasks |= {task}
                task.add_done_callback(self._loop.look)
                self._stuck_at = self._stuck_at or _blocker_of(own)

    def follow(self, own: asyncio.Task[Any] | None) -> None:
        """See whether a branch that has ended took the suspension to the scope's own task; the loop has settled."""
        if self._stuck_at is not None and not self.is_leaving():
            if self._stuck_at is not _blocker_of(own):
                self.add(own, own)
            self._stuck_at = None

    def is_here(self) -> bool:
        """Tell whether the code that runs now is among it."""
        return asyncio.current_task() in self._tasks

    def is_leaving(self) -> bool:
        """Tell whether some of it has not come to its end."""
        return any(not task.done() for task in self._tasks)


def _blocker_of(task: asyncio.Task[Any] | None) -> object:
    """Return what a task waits for; None where it can go on, or where the task does not tell."""
    future: asyncio.Future[Any] | None = getattr(task, "_fut_waiter", None)
    return None if future is None or future.done() else future
