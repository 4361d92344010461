"""The saver as a run uses it: appends that know what to do after an unknown commit, and the lease."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from taskpoint._core.journal import Checkpoint, Entry, Holder
from taskpoint.errors import ConcurrentRunError, SaverError
from taskpoint.savers.base import CheckpointSaver
from taskpoint.savers.holders import new_holder

__all__ = ("LEASE_SECONDS", "Writer")

LEASE_SECONDS = 30.0
_RENEW_SECONDS = LEASE_SECONDS / 3


class Writer:
    """Writes one attempt's entries to one checkpoint."""

    def __init__(self, saver: CheckpointSaver, thread_id: str, attempt_id: str) -> None:
        self.saver = saver
        self.thread_id = thread_id
        self.attempt_id = attempt_id
        self.checkpoint_id = ""
        self._renewed = 0.0

    def holder(self) -> Holder:
        """Return this attempt as a holder whose lease begins now (`RUN-011`)."""
        self._renewed = time.monotonic()
        return new_holder(self.attempt_id, LEASE_SECONDS)

    def needs_renewal(self) -> bool:
        """Tell whether a third of the lease has passed."""
        return time.monotonic() - self._renewed > _RENEW_SECONDS

    def begin(
        self, checkpoint: Checkpoint, expected_head: str | None, entries: Sequence[Entry], *, take_over: bool
    ) -> None:
        """Begin the run's checkpoint and take the thread."""
        self.checkpoint_id = checkpoint.id
        holder = self.holder()

        def write() -> None:
            self.saver.begin(checkpoint, expected_head, entries, holder, take_over=take_over)

        self._surely(write, 0)

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

        def write() -> None:
            self.saver.append(self.thread_id, self.checkpoint_id, seq, entries, closing, holder, take_over=take_over)

        self._surely(write, seq if entries else None)

    def _surely(self, write: Callable[[], None], seq: int | None) -> None:
        """Write; where the commit is unknown, read back before trying once more (`STO-008`)."""
        try:
            write()
        except SaverError as error:
            if error.committed is not None or seq is None:
                if error.committed:
                    return
                raise
            if not self._is_written(seq, error):
                write()

    def _is_written(self, seq: int, cause: SaverError) -> bool:
        loaded = self.saver.load(self.thread_id, self.checkpoint_id)
        if loaded is None or len(loaded.entries) <= seq:
            if loaded is not None and not loaded.is_head:
                raise ConcurrentRunError("another run has begun a newer checkpoint on this thread") from cause
            return False
        if loaded.entries[seq].attempt_id != self.attempt_id:
            raise ConcurrentRunError("another attempt has written to this run's journal") from cause
        return True
