"""A saver in memory: for tests, examples and runs that need not outlive their process."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from taskpoint._core.journal import Checkpoint, Entry, Holder
from taskpoint._refusing import NO_SERDE, refusing_in
from taskpoint.errors import SaverError
from taskpoint.savers import _rules
from taskpoint.savers.base import CheckpointSaver, Head, Loaded
from taskpoint.savers.listing import ThreadSummary, summary

__all__ = ("InMemorySaver",)


class _Thread:
    __slots__ = ("checkpoints", "head", "holder", "journals")

    def __init__(self, first: Checkpoint) -> None:
        self.checkpoints: dict[str, Checkpoint] = {}
        """By id, the oldest first."""
        self.head = first
        self.journals: dict[str, list[Entry]] = {}
        self.holder: Holder | None = None

    def add(self, checkpoint: Checkpoint, entries: Sequence[Entry]) -> None:
        if checkpoint.id in self.journals:
            raise _rules.taken(checkpoint.thread_id, checkpoint.id)
        self.checkpoints[checkpoint.id] = self.head = checkpoint
        self.journals[checkpoint.id] = list(entries)

    def summary(self) -> ThreadSummary:
        head = self.head
        last = self.journals[head.id][-1:]
        return summary(
            head.thread_id,
            head.entrypoint_name,
            (last[0].kind, last[0].at) if last else None,
            head.created_at,
            is_run=head.input is not None,
            is_held=_rules.live(self.holder) is not None,
        )


@refusing_in(serde=NO_SERDE)
class InMemorySaver(CheckpointSaver):
    """Keeps threads in this process's memory, gone with it.

    Documents are kept as they are given and returned without a copy: do not change them afterwards.

    Example:
        >>> from taskpoint import InMemorySaver
        >>> with InMemorySaver() as saver:
        ...     saver.head("nobody") is None
        True
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: dict[str, _Thread] = {}
        self._closed = False

    @property
    def commits_on_loop(self) -> bool:
        """True: nothing here waits for anything."""
        return True

    def head(self, thread_id: str) -> Head | None:
        """Return the newest checkpoint of a thread, None where the thread has none."""
        _rules.check_id(thread_id)
        with self._lock:
            thread = self._find(thread_id)
            return Head(thread.head, _rules.live(thread.holder)) if thread else None

    def load(self, thread_id: str, checkpoint_id: str | None = None) -> Loaded | None:
        """Return one checkpoint (the newest where no id is given) with its journal, None where there is none."""
        _rules.check_id(thread_id)
        if checkpoint_id is not None:
            _rules.check_id(checkpoint_id, "checkpoint id")
        with self._lock:
            thread = self._find(thread_id)
            if thread is None:
                return None
            head = thread.head
            if checkpoint_id is None or checkpoint_id == head.id:
                journal = thread.journals[head.id]
                return Loaded(head, is_head=True, holder=_rules.live(thread.holder), entries=journal[:])
            found = thread.checkpoints.get(checkpoint_id)
            return Loaded(found, is_head=False, holder=None, entries=thread.journals[found.id][:]) if found else None

    def begin(
        self,
        checkpoint: Checkpoint,
        expected_head: str | None,
        entries: Sequence[Entry] = (),
        holder: Holder | None = None,
        *,
        take_over: bool = False,
        leading: Sequence[Checkpoint] = (),
    ) -> None:
        """Make `checkpoint` the new head of its thread; see `CheckpointSaver.begin`."""
        _rules.check_begin(checkpoint, entries)
        with self._lock:
            line = (*leading, checkpoint)
            thread = self._find(checkpoint.thread_id) or _Thread(line[0])
            head = thread.head if thread.checkpoints else None
            if (head and head.id) != expected_head:
                what = "the head is another checkpoint than expected"
                raise _rules.overtaken(checkpoint.thread_id, what, thread.holder)
            if not take_over:
                _rules.refuse_holder(checkpoint.thread_id, thread.holder, holder)
            _rules.check_line(line, checkpoint.thread_id, head.seq + 1 if head else 0, thread.journals.__contains__)
            for each in leading:
                thread.add(each, ())
            thread.add(checkpoint, entries)
            thread.holder = None if _rules.releases(entries) else holder
            self._threads[checkpoint.thread_id] = thread

    def append(
        self,
        thread_id: str,
        checkpoint_id: str,
        expected_seq: int,
        entries: Sequence[Entry],
        closing: Checkpoint | None = None,
        holder: Holder | None = None,
        *,
        take_over: bool = False,
    ) -> None:
        """Append entries to the journal of the head; see `CheckpointSaver.append`."""
        _rules.check_id(thread_id)
        _rules.check_entries(thread_id, expected_seq, entries)
        with self._lock:
            thread = self._find(thread_id)
            is_head = thread is not None and thread.head.id == checkpoint_id
            if thread is None or not is_head or len(thread.journals[checkpoint_id]) != expected_seq:
                holds = thread.holder if thread else None
                raise _rules.misplaced(thread_id, checkpoint_id, expected_seq, holds, is_head=is_head)
            if holder is not None and not take_over:
                _rules.refuse_holder(thread_id, thread.holder, holder)
            if closing is not None:
                _rules.check_next(closing, thread_id, thread.head.seq + 1)
                thread.add(closing, ())
            thread.journals[checkpoint_id].extend(entries)
            if _rules.releases(entries):
                thread.holder = None
            elif holder is not None:
                thread.holder = holder

    def history(self, thread_id: str, before: str | None = None, limit: int | None = None) -> list[Checkpoint]:
        """Return a thread's checkpoints, newest first, those before the one with id `before`, at most `limit`."""
        _rules.check_id(thread_id)
        _rules.check_limit(limit)
        if before is not None:
            _rules.check_id(before, "checkpoint id")
        with self._lock:
            thread = self._find(thread_id)
            found = list(reversed(thread.checkpoints.values())) if thread else []
        if before is not None:
            places = [place for place, each in enumerate(found) if each.id == before]
            found = found[places[0] + 1 :] if places else []
        return found[:limit]

    def threads(
        self, *, unfinished: bool = False, after: str | None = None, limit: int | None = None
    ) -> list[ThreadSummary]:
        """Return how threads stand, in the order of their ids; see `CheckpointSaver.threads`."""
        _rules.check_page(after, limit)
        with self._lock:
            self._check_open()
            later = sorted(each for each in self._threads if after is None or each > after)
            found = [self._threads[each].summary() for each in later]
        return [each for each in found if not unfinished or each.status != "idle"][:limit]

    def delete(self, thread_id: str) -> None:
        """Delete a thread and all that belongs to it; a thread that does not exist is no error."""
        _rules.check_id(thread_id)
        with self._lock:
            if self._find(thread_id) is not None:
                del self._threads[thread_id]

    def close(self) -> None:
        """Forget every thread."""
        with self._lock:
            self._closed = True
            self._threads = {}

    def _find(self, thread_id: str) -> _Thread | None:
        self._check_open()
        return self._threads.get(thread_id)

    def _check_open(self) -> None:
        if self._closed:
            raise SaverError("the saver is closed", code="saver.closed", committed=False, hint="open a new one")
