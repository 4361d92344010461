"""The saver as a run uses it: appends that know what to do after an unknown commit, and the lease."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import TypeAlias, TypeVar, cast

from taskpoint._core.journal import Checkpoint, Entry, Holder
from taskpoint.errors import ConcurrentRunError, SaverError, TaskpointError
from taskpoint.savers.base import CheckpointSaver
from taskpoint.savers.holders import new_holder, retire

__all__ = ("LEASE_SECONDS", "Steps", "Write", "Writer", "ask", "begin_surely", "make_each")

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
    except Exception as error:  # noqa: BLE001 - a saver is anybody's code
        raise _ours(error)  # noqa: B904 - it names its cause


def _ours(error: Exception) -> TaskpointError:
    if isinstance(error, TaskpointError):
        return error
    name = type(error).__name__
    ours = SaverError(f"the saver failed with {name}", hint="the cause is in __cause__; the run can be continued")
    ours.__cause__ = error
    return ours


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


class Write:
    """A write of an attempt, which is made at once, or in one commit with those of other runs."""

    __slots__ = ("_seq", "_takes", "_writer", "verb")

    def __init__(self, writer: Writer, verb: Callable[[], None], seq: int | None, *, takes: bool) -> None:
        self._writer = writer
        self.verb = verb
        """Calls the saver, once."""
        self._seq = seq
        self._takes = takes

    def make(self) -> None:
        """Make it now."""
        try:
            self.verb()
        except BaseException as error:  # noqa: BLE001 - also a Ctrl-C: the write may have taken effect
            self.judge(error)

    def judge(self, error: BaseException) -> None:
        """Return where the write took effect in spite of an error, or does now; raise what the attempt has to know.

        Where an attempt cannot tell whether it took the thread, it holds nothing (`JRN-032`).
        """
        try:
            self._judge(error)
        except ConcurrentRunError:
            raise
        except BaseException:
            self.give_up()
            raise

    def give_up(self) -> None:
        """Hold nothing: nobody will hear what became of the write."""
        if self._takes:
            retire(self._writer.attempt_id)

    def _judge(self, error: BaseException) -> None:
        """Where the commit is unknown, read back before trying once more (`STO-008`)."""
        if not isinstance(error, Exception):
            raise error
        ours = _ours(error)
        if not isinstance(ours, SaverError):
            raise ours
        if ours.committed is not None or self._seq is None:
            if ours.committed:
                return
            raise ours
        if not self._writer.is_written(self._seq, ours):
            ask(self.verb)


Steps: TypeAlias = Generator[Write, None, T]
"""What an attempt does at its beginning or its end; what it writes there is made by whoever goes through it."""


def make_each(steps: Steps[T]) -> T:
    """Go through steps and make each write at once."""
    try:
        write = next(steps)
        while True:
            try:
                write.make()
            except BaseException as error:  # noqa: BLE001 - the steps know what it means
                write = steps.throw(error)
            else:
                write = next(steps)
    except StopIteration as done:
        return cast("T", done.value)


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
    ) -> Write:
        """Return what begins the run's checkpoint and takes the thread; a fork begins with others' entries."""
        own = next(seq for seq, entry in enumerate(entries) if entry.attempt_id == self.attempt_id)
        self.checkpoint_id = checkpoint.id
        verb = partial(self.saver.begin, checkpoint, expected_head, entries, self.holder(), take_over=take_over)
        return Write(self, verb, own, takes=True)

    def append(
        self,
        seq: int,
        entries: Sequence[Entry],
        closing: Checkpoint | None = None,
        *,
        take: bool = False,
        take_over: bool = False,
    ) -> Write:
        """Return what appends entries, and renews the lease when it is time."""
        holder = self.holder() if take or self.needs_renewal() else None
        verb, thread_id, checkpoint_id = self.saver.append, self.thread_id, self.checkpoint_id
        appends = partial(verb, thread_id, checkpoint_id, seq, entries, closing, holder, take_over=take_over)
        return Write(self, appends, seq if entries else None, takes=take)

    def complete(self, seq: int, entries: Sequence[Entry], closing: Checkpoint | None = None) -> None:
        """Make sure that entries are written, after an append that was broken off by something else than an error."""
        if entries and not self.is_written(seq, None):
            self.append(seq, entries, closing).make()

    def is_written(self, seq: int, cause: SaverError | None) -> bool:
        """Read back whether this attempt's entry `seq` is in the journal."""
        loaded = ask(lambda: self.saver.load(self.thread_id, self.checkpoint_id))
        if loaded is None or len(loaded.entries) <= seq:
            if loaded is not None and not loaded.is_head:
                raise ConcurrentRunError("another run has begun a newer checkpoint on this thread") from cause
            return False
        if loaded.entries[seq].attempt_id != self.attempt_id:
            raise ConcurrentRunError("another attempt has written to this run's journal") from cause
        return True
