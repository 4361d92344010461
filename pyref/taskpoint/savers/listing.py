"""What a saver tells of all its threads: which there are, and how each stands (`STO-023`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

__all__ = ("ThreadStatus", "ThreadSummary", "summary")

ThreadStatus: TypeAlias = Literal["idle", "running", "interrupted", "failed", "stopped", "open"]

_ENDS: Final[dict[str | None, ThreadStatus]] = {
    "run.interrupted": "interrupted",
    "run.failed": "failed",
    "run.stopped": "stopped",
}


@dataclass(frozen=True, slots=True)
class ThreadSummary:
    """How a thread stands, in a list of threads.

    Attributes:
        thread_id: Its id.
        entrypoint: The name of the entrypoint whose run, or whose update, was the last.
        status: ``"idle"``: there is no unfinished run. ``"running"``: a process works on it. ``"interrupted"``: it
            waits for an answer. ``"failed"`` and ``"stopped"``: its last attempt ended so. ``"open"``: no end of the
            last attempt is recorded and nobody works on it, as its process died or it is a fork.
        updated_at: When something was recorded last; RFC 3339, UTC.
    """

    thread_id: str
    entrypoint: str
    status: ThreadStatus
    updated_at: str


def summary(
    thread_id: str, entrypoint: str, ends: tuple[str, str] | None, begun_at: str, *, is_run: bool, is_held: bool
) -> ThreadSummary:
    """Return how a thread stands by its head.

    Args:
        thread_id: The thread.
        entrypoint: Whose head it is.
        ends: The kind and the time of the last entry of the head's journal, where it has entries.
        begun_at: When the head was made.
        is_run: Whether the head is the beginning of a run.
        is_held: Whether a live holder holds the thread.

    Example:
        >>> summary("t", "main", ("run.failed", "b"), "a", is_run=True, is_held=False)
        ThreadSummary(thread_id='t', entrypoint='main', status='failed', updated_at='b')
    """
    kind, at = ends or (None, begun_at)
    status: ThreadStatus = "running" if is_held else _ENDS.get(kind, "open")
    return ThreadSummary(thread_id, entrypoint, status if is_run and kind != "run.completed" else "idle", at)
