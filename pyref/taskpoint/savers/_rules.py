"""What every saver of this package checks the same way: ids at the door, documents that fit, who conflicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Final

from taskpoint._core.journal import Checkpoint, Entry, Holder
from taskpoint._ids import is_id
from taskpoint.errors import ConcurrentRunError, FormatError, UsageError
from taskpoint.savers.holders import is_live

__all__ = (
    "check_begin",
    "check_entries",
    "check_id",
    "check_limit",
    "check_line",
    "check_next",
    "check_page",
    "live",
    "misplaced",
    "overtaken",
    "refuse_holder",
    "releases",
    "taken",
)

_RELEASING: Final = frozenset({"run.completed", "run.interrupted", "run.failed", "run.stopped"})


def check_id(text: str, what: str = "thread id") -> None:
    """Refuse what is no id (`SEC-001`)."""
    if not is_id(text):
        raise UsageError(
            f"the {what} is not a string of 1 to 255 characters without control characters",
            code="usage.id_invalid",
            hint="pass a plain, non-empty string; numbers and other types are never converted",
        )


def check_limit(limit: int | None) -> None:
    """Refuse a limit that is no count."""
    if limit is not None and (type(limit) is not int or limit < 0):
        raise UsageError("limit is not a count", hint="pass a number from 0 on, or None for no limit")


def check_page(after: str | None, limit: int | None) -> None:
    """Refuse a page of threads that begins after what is no id, or has no size."""
    check_limit(limit)
    if after is not None:
        check_id(after)


def check_begin(checkpoint: Checkpoint, entries: Sequence[Entry]) -> None:
    """Check what `begin` writes, as far as it can be seen without the store."""
    check_id(checkpoint.thread_id)
    check_id(checkpoint.id, "checkpoint id")
    check_entries(checkpoint.thread_id, 0, entries)


def check_entries(thread_id: str, expected_seq: int, entries: Sequence[Entry]) -> None:
    """Refuse entries whose seqs do not count on from `expected_seq` (`JRN-001`)."""
    for seq, entry in enumerate(entries, expected_seq):
        if entry.seq != seq:
            raise FormatError(f"thread {thread_id!r}: an entry with seq {entry.seq} stands where seq {seq} belongs")


def check_next(checkpoint: Checkpoint, thread_id: str, seq: int) -> None:
    """Refuse a new head that belongs elsewhere or does not have the next seq of its thread (`CKP-002`)."""
    check_id(checkpoint.id, "checkpoint id")
    if checkpoint.thread_id != thread_id or checkpoint.seq != seq:
        raise FormatError(
            f"thread {thread_id!r}: checkpoint {checkpoint.id!r} has seq {checkpoint.seq} of thread "
            f"{checkpoint.thread_id!r} where seq {seq} of this thread belongs",
        )


def check_line(checkpoints: Sequence[Checkpoint], thread_id: str, seq: int, is_taken: Callable[[str], object]) -> None:
    """Refuse new heads, made one after the other, that do not fit their thread (`STO-015`, `STO-018`)."""
    ids: set[str] = set()
    for place, checkpoint in enumerate(checkpoints):
        check_next(checkpoint, thread_id, seq + place)
        if checkpoint.id in ids or is_taken(checkpoint.id):
            raise taken(thread_id, checkpoint.id)
        ids.add(checkpoint.id)


def taken(thread_id: str, checkpoint_id: str) -> FormatError:
    """Return the error for a checkpoint whose id its thread has already."""
    return FormatError(f"thread {thread_id!r} has a checkpoint {checkpoint_id!r} already")


def live(holder: Holder | None) -> Holder | None:
    """Return the holder if it is live: a dead one holds nothing (`RUN-011`, `STO-014`)."""
    return holder if holder is not None and is_live(holder) else None


def refuse_holder(thread_id: str, current: Holder | None, holder: Holder | None) -> None:
    """Raise where a live holder other than `holder` holds the thread (`STO-011`)."""
    if current is None or (holder is not None and holder.attempt_id == current.attempt_id) or not is_live(current):
        return
    raise ConcurrentRunError(
        f"thread {thread_id!r} is held by attempt {current.attempt_id!r} in process {current.pid} on {current.host}",
        holder=asdict(current),
        hint="wait until it ends, or pass take_over=True if you know that it does nothing any more",
    )


def overtaken(thread_id: str, what: str, holder: Holder | None = None) -> ConcurrentRunError:
    """Return the error for a write that another run was faster than (`STO-010`); it names a holder that is live."""
    holder = live(holder)
    return ConcurrentRunError(
        f"thread {thread_id!r}: {what}",
        holder=asdict(holder) if holder else None,
        hint="another run went on with this thread; load it again to see how far it is",
    )


def misplaced(
    thread_id: str, checkpoint_id: str, expected_seq: int, holder: Holder | None, *, is_head: bool
) -> ConcurrentRunError:
    """Return the error for entries that do not come right behind the journal of the head (`STO-010`)."""
    what = f"checkpoint {checkpoint_id!r} is not the head"
    if is_head:
        what = f"the journal of {checkpoint_id!r} does not end at seq {expected_seq}"
    return overtaken(thread_id, what, holder)


def releases(entries: Sequence[Entry]) -> bool:
    """Say whether the last entry ends the run's hold on the thread (`STO-013`)."""
    return bool(entries) and entries[-1].kind in _RELEASING
