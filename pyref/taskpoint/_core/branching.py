"""What a fork keeps of a journal (`STA-031`)."""

from __future__ import annotations

from collections.abc import Sequence

from taskpoint._core.journal import Entry, InterruptAnswered, InterruptRaised, RunCompleted, TaskOutcome
from taskpoint._core.paths import scope_of_interrupt

__all__ = ("kept_before", "unfinished")


def unfinished(entries: Sequence[Entry]) -> list[Entry]:
    """Return a journal up to the end of its run: all of it, where the run is not completed (`STA-022`)."""
    return [entry for entry in entries if not isinstance(entry, RunCompleted)]


def kept_before(entries: Sequence[Entry], place: str) -> list[Entry] | None:
    """Return what was recorded before anything of a call, or before an interrupt was raised; None where neither is.

    Example:
        >>> kept_before([], "fetch#0") is None
        True
    """
    inside = f"{place}/"
    for count, entry in enumerate(entries):
        if isinstance(entry, TaskOutcome):
            path = entry.path
        elif isinstance(entry, InterruptRaised | InterruptAnswered):
            if entry.id == place:
                return list(entries[:count])
            path = scope_of_interrupt(entry.id)
        else:
            continue
        if path == place or path.startswith(inside):
            return list(entries[:count])
    return None
