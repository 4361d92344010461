"""The saver as a run uses it: appends that know what to do after an unknown commit, and the lease."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from taskpoint._core.journal import Checkpoint, Entry, Holder
from taskpoint.errors import ConcurrentRunError, SaverError, TaskpointError
from taskpoint.savers.base import CheckpointSaver
from taskpoint.savers.holders import new_holder, retire

__all__ = ("LEASE_SECONDS", "Writer", "ask", "begin_surely")

T = TypeVar("T")

LEASE_SECONDS = 30.0
_RENEW_SECONDS = LEASE_SECONDS / 3


def ask(verb: Callable[[], T]) -> T:
    """Call a saver's verb; whatever it raises is an error of this library, and a write is then unknown.

    Raises:
        SaverError: The saver raised something else; that is its cause.
    """
    try:
        return verb()
    except TaskpointError:
        raise
    except Exception as error:
        raise SaverError(
            f"the saver failed with {type(error).__name__}", hint="the cause is in __cause__; the run can be continued"
        ) from error


def begin_surely(
    saver: CheckpointSaver,
    checkpoint: Checkpoint,
    expected_head: str | None,
    entries: Sequence[Entry] = (),
    *,
    take_over: bool = False,
    leading: Sequence[Checkpoint] = (),
) -> None:
    """Make a checkpoint that no attempt works on the head; where that is unknown, read back (`JRN-030`)."""

    def write() -> None:
        if leading:
            ask(lambda: saver.begin(checkpoint, expected_head, entries, take_over=take_over, leading=leading))
        else:
            ask(lambda: saver.begin(checkpoint, expected_head, entries, take_over=take_over))

    try:
        write()
    except SaverError as error:
        if error.committed is not None:
            if error.committed:
                return
            raise
        if ask(lambda: saver.load(checkpoint.thread_id, checkpoint.id)) is None:
            write()


class Writer:
    """Writes one attempt's entries to one checkpoint."""

    def __init__(self, saver: CheckpointSaver, thread_id: str, attempt_id: str) -> None:
        self.saver = saver
        self.thread_id = thread_id
        self.attempt_id = attempt_id
        self.checkpoint_id = ""
        self._renewed = 0.0

    def holder(self) -> Holder:
        """Return this attempt as a holder whose lease begins now (`RUN-012`)."""
        self._renewed = time.monotonic()
        return new_holder(self.attempt_id, LEASE_SECONDS)

    def needs_renewal(self) -> bool:
        """Tell whether a third of the lease has passed."""
        return time.monotonic() - self._renewed > _RENEW_SECONDS

    def begin(
        self, checkpoint: Checkpoint, expected_head: str | None, entries: Sequence[Entry], *, take_over: bool
    ) -> None:
        """Begin the run's checkpoint and take the thread; a fork begins with entries of other attempts."""
        own = next(seq for seq, entry in enumerate(entries) if entry.attempt_id == self.attempt_id)
        self.checkpoint_id = checkpoint.id
        write = partial(self.saver.begin, checkpoint, expected_head, entries, self.holder(), take_over=take_over)
        self._take(write, own)

    def append(
        self,
        seq: int,
        entries: Sequence[Entry],
        closing: Checkpoint | None = None,
        *,
        take: bool = False,
        take_over: bool = False,
    ) -> None:
        """Append entries; renew the lease when it is time."""
        holder = self.holder() if take or self.needs_renewal() else None
        verb, thread_id, checkpoint_id = self.saver.append, self.thread_id, self.checkpoint_id
        write = partial(verb, thread_id, checkpoint_id, seq, entries, closing, holder, take_over=take_over)
        if take:
            self._take(write, seq)
        else:
            self._surely(write, seq if entries else None)

    def complete(self, seq: int, entries: Sequence[Entry], closing: Checkpoint | None = None) -> None:
        """Make sure that entries are written, after an append that was broken off by something else than an error."""
        if entries and not self._is_written(seq, None):
            self.append(seq, entries, closing)

    def _take(self, write: Callable[[], None], seq: int) -> None:
        """Take the thread; if nobody can tell whether that worked, this attempt holds nothing (`JRN-032`)."""
        try:
            self._surely(write, seq)
        except ConcurrentRunError:
            raise
        except BaseException:  # also a Ctrl-C: the write may have taken effect
            retire(self.attempt_id)
            raise

    def _surely(self, write: Callable[[], None], seq: int | None) -> None:
        """Write; where the commit is unknown, read back before trying once more (`STO-008`)."""
        try:
            ask(write)
        except SaverError as error:
            if error.committed is not None or seq is None:
                if error.committed:
                    return
                raise
            if not self._is_written(seq, error):
                ask(write)

    def _is_written(self, seq: int, cause: SaverError | None) -> bool:
        loaded = ask(lambda: self.saver.load(self.thread_id, self.checkpoint_id))
        if loaded is None or len(loaded.entries) <= seq:
            if loaded is not None and not loaded.is_head:
                raise ConcurrentRunError("another run has begun a newer checkpoint on this thread") from cause
            return False
        if loaded.entries[seq].attempt_id != self.attempt_id:
            raise ConcurrentRunError("another attempt has written to this run's journal") from cause
        return True
