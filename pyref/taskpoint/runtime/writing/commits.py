"""How an attempt writes: what has to be durable before it is seen, what is written behind, and what comes last."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from math import isinf
from typing import TYPE_CHECKING, TypeAlias

from taskpoint._core.calls import Call
from taskpoint._core.journal import Entry
from taskpoint._core.machine import Machine
from taskpoint.errors import ConcurrentRunError
from taskpoint.runtime.process.locks import RunLock, make_free, take_back
from taskpoint.runtime.process.signals import Halted, Signal
from taskpoint.runtime.process.threads import POOL

if TYPE_CHECKING:
    from taskpoint.runtime.writing.writer import Write, Writer

__all__ = ("Batch", "Commits")

Batch: TypeAlias = tuple[int, list[Entry], list[Call]]


class Commits(ABC):
    """The half of a run that writes. What ends with ``(locked)`` is called with `lock` held."""

    def __init__(self, machine: Machine, writer: Writer | None) -> None:
        self.machine = machine
        self.writer = writer
        self.lock = RunLock()
        self.idle: threading.Condition | None = None
        """What those wait on who wait for others; most runs have none."""
        self.ending: Signal | None = None
        self.unsaved: list[Entry] | None = None
        """What was recorded, where nothing is kept and the run may be tried again."""
        self.busy: int = 0
        """Threads and event loops that may still do something without a further outcome."""
        self.after_commit: list[Callable[[], object]] = []
        """Whom to tell when the commit that is under way is over."""
        self.committing = False
        self.lost: BaseException | None = None
        """Why a commit failed, where one did: nothing may be appended after it (`JRN-032`)."""
        self.over = False
        """Whether the last entry was taken to be appended: nobody waits for anything any more."""
        self._stopped_by: BaseException | None = None
        """What came in the middle of a commit that was made all the same (`STP-003`)."""
        self._is_behind = False
        """A thread writes, or is about to write, what was seen already."""

    @abstractmethod
    def halt(self, error: BaseException) -> None:
        """End the attempt with an error, once; nothing new starts from here on (locked)."""

    @abstractmethod
    def settle(self) -> None:
        """End a suspended attempt in which nothing can happen any more (locked)."""

    @abstractmethod
    def wake_all(self) -> None:
        """Let every host look again (locked)."""

    @abstractmethod
    def wake_committer(self) -> None:
        """See to it that somebody commits what waits, if somebody is there to do it (locked)."""

    @abstractmethod
    def show(self, calls: Sequence[Call]) -> None:
        """Let outcomes that are deliverable now be delivered (locked)."""

    def leave_to_parent(self) -> None:
        """Be over, in the child of a fork: the run goes on in the parent, which alone writes (`RUN-010`)."""
        make_free(self.lock)
        self.committing = False
        self.over = True
        self.lost = ConcurrentRunError(
            "the run belongs to the process that this one was forked from",
            hint="end a forked process with os._exit(), or start it in another way",
        )
        self.ending = Halted(self.lost)

    def wait_for_others(self) -> None:
        """Wait until a commit, or the last call of a thread, is over (locked; released meanwhile)."""
        if self.idle is None:
            self.idle = threading.Condition(self.lock)
        self.idle.wait()

    def tell_others(self) -> None:
        """Let who waits for others look again (locked)."""
        if self.idle is not None:
            self.idle.notify_all()

    def commit(self) -> None:
        """Append what is waiting (locked; the lock is released meanwhile)."""
        self._commit(self.take_batch())

    def _commit(self, batch: Batch) -> None:
        failure: BaseException | None = None
        try:
            try:  # the release is inside: Ctrl-C comes between any two lines
                self.lock.release()
                failure = self._written(batch)
            finally:
                take_back(self.lock)
        except BaseException as error:  # noqa: BLE001 - the run ends with it
            take_back(self.lock)  # Ctrl-C may have come before that was begun
            failure = failure or self._completed(batch, error)
        self.end_batch(batch, failure)

    def _written(self, batch: Batch) -> BaseException | None:
        try:
            self.write_batch(batch)
        except BaseException as error:  # noqa: BLE001 - whatever it was, the run ends with it
            return self._failure(batch, error)
        return None

    def _failure(self, batch: Batch, error: BaseException) -> BaseException | None:
        """Return what the run ends with; where Ctrl-C came in the middle of a write, the batch is written first."""
        return error if isinstance(error, Exception) else self._completed(batch, error)

    def _completed(self, batch: Batch, stopped_by: BaseException) -> BaseException | None:
        try:
            if self.writer is not None:
                self.writer.complete(batch[0], batch[1])
        except BaseException as failure:  # noqa: BLE001 - whatever it was, the run ends with it
            return failure
        self._stopped_by = stopped_by
        return None

    def commit_here(self, batch: Batch) -> None:
        """Append a batch that was taken (not locked)."""
        failure = self._written(batch)
        with self.lock:
            self.end_batch(batch, failure)

    def committed_elsewhere(self, batch: Batch, write: Write, error: Exception | None) -> None:
        """End a batch that was taken, and that a commit of several runs has appended or failed to (not locked)."""
        failure: BaseException | None = None
        if error is not None:
            try:
                write.judge(error)
            except BaseException as judged:  # noqa: BLE001 - whatever it was, the run ends with it
                failure = self._failure(batch, judged)
        with self.lock:
            self.end_batch(batch, failure)

    def write_out(self) -> None:
        """Wait until all that was recorded may be seen, or the attempt ends (locked; released meanwhile)."""
        while not self.machine.is_settled and self.ending is None:
            if self.committing:
                self.wait_for_others()
            else:
                self.commit()

    def can_keep_up(self) -> bool:
        """Tell whether to append now what has finished in an attempt that waits for others (`STP-007`) (locked)."""
        is_writing = self.committing or self.lost is not None or isinf(self.machine.ahead)
        return bool(self.machine.outbox) and not is_writing

    def renew(self) -> None:
        """Renew the lease if it is time, together with whatever waits to be appended (not locked)."""
        with self.lock:
            writer = self.writer
            if writer is None or self.committing or self.lost is not None or self.over or not writer.needs_renewal():
                return  # one that was stopped and waits for calls in flight holds its thread as before (STP-007)
            self.busy += 1
            if isinf(self.machine.ahead):  # DUR-011: a heartbeat adds nothing
                self.committing = True
                self._commit(self.machine.take_nothing())
            else:
                self.commit()
            self.busy -= 1
            self.wake_all()

    def submit(self, work: Callable[[], None]) -> bool:
        """Have a thread do some work of the run; where there is none to be had the attempt ends (locked)."""
        try:
            POOL.submit(work)
        except RuntimeError as error:
            self.halt(error)
            return False
        return True

    def write_behind(self) -> None:
        """Have a thread append what was seen already (`DUR-010`) (locked)."""
        if self.machine.behind and not self._is_behind and not isinf(self.machine.ahead):
            self._is_behind = self.submit(self._catch_up)

    def _catch_up(self) -> None:
        with self.lock:
            while self.machine.behind and not self.committing and self.ending is None:
                self.commit()
            self._is_behind = False
            self.settle()

    def take_last(self, last: Entry) -> Batch:
        """Take all that is left to be appended, and the last entry, once no commit is under way any more (not locked).

        Nobody else may come upon the last entry: it belongs into one append with the closing checkpoint (`JRN-010`).

        Raises:
            BaseException: A commit has failed, so that nothing may be appended after it.
        """
        with self.lock:
            while self.committing:
                self.wait_for_others()
            if self.lost is not None:
                raise self.lost
            self.machine.outbox.append((last, None))
            self.over = True
            self.tell_others()
            return self.take_batch()

    def take_batch(self) -> Batch:
        """Take what is waiting to be appended (locked)."""
        self.committing = True
        return self.machine.take()

    def write_batch(self, batch: Batch) -> None:
        """Append a batch through the saver (not locked)."""
        if self.writer is not None:
            self.writer.append(batch[0], batch[1]).make()
        elif self.unsaved is not None:
            self.unsaved.extend(batch[1])

    def end_batch(self, batch: Batch, failure: BaseException | None) -> None:
        """Make a batch's outcomes deliverable, or end the attempt (locked)."""
        self.committing = False
        if self.after_commit:
            waiting, self.after_commit = self.after_commit, []
            for tell in waiting:
                tell()
        self.tell_others()
        if failure is not None:
            self.lost = failure if isinstance(failure, Exception) else None
            self.halt(failure)
            return
        calls = batch[2]
        self.machine.committed(calls)
        self.show(calls)
        if self._stopped_by is not None:
            self.halt(self._stopped_by)
        self.wake_committer()
        self.write_behind()
