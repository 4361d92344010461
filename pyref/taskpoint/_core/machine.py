"""The replay machine of one attempt: scopes, calls, the order of deliveries, and what is written to the journal.

It decides and records; it runs nothing. A driver above it tells what happened (`call`, `finish`, `interrupt`,
`committed`) and asks what may happen next (`deliverable`, `take`). Nothing here is safe to use from two threads at
once: the driver holds a lock.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taskpoint._core.calls import DROPPED, FINISHED, PARKED, Call, Outcome, Scope
from taskpoint._core.index import Index
from taskpoint._core.journal import (
    Entry,
    InterruptRaised,
    TaskCancelled,
    TaskCompleted,
    TaskFailed,
    TaskOutcome,
)
from taskpoint._core.matching import INTERRUPT, Divergence, Record
from taskpoint._core.paths import encode_name, segment

__all__ = ("DuplicateKey", "Machine", "Remembered", "Verdict")


class DuplicateKey(Exception):
    """A name and key were used twice in one scope (`IDN-011`)."""


@dataclass(slots=True)
class Remembered:
    """What the journal has for a value of the library's own; no `value` where it may not have one."""

    path: str
    value: str | None
    diverged: Divergence | None = None
    is_new: bool = False


@dataclass(slots=True)
class Verdict:
    """What an interrupt call is to do: return `answer`, or suspend."""

    id: str
    answer: str | None
    diverged: Divergence | None = None


class Machine:
    """One attempt of one run."""

    def __init__(
        self,
        index: Index,
        *,
        attempt_id: str,
        now: Callable[[], str],
        on_divergence: str = "error",
        ahead: float = 0,
    ) -> None:
        self.index = index
        self.attempt_id = attempt_id
        self.now = now
        self.on_divergence = on_divergence
        self.next_seq = index.length
        self.ahead = ahead
        """How many entries may be seen before they are durable (`JRN-007`): none with ``sync``."""
        self.outbox: list[tuple[Entry, Call | None]] = []
        """What has to be durable before it is seen."""
        self.behind: list[Entry] = []
        """What was seen already, and is not durable yet; it has its seqs (`DUR-006`)."""
        self._taken = 0
        self.raised: list[InterruptRaised] = []
        """The interrupts that this attempt reached and nobody answered, in the order reached (`INT-006`)."""
        self._orphans: list[str] = []

    def open_scope(self, path: str = "") -> Scope:
        """Begin the execution of an entrypoint (no path) or of the call at `path`."""
        return Scope(path, self._records_of(path))

    def open_call(self, call: Call) -> Scope:
        """Begin an execution of a call."""
        return Scope(call.path, self._records_of(call.path), call.execution, call.attempts)

    def knows(self, scope: str) -> bool:
        """Tell whether something is recorded in a scope."""
        return scope in self.index.scopes

    def _records_of(self, scope: str) -> Sequence[Record]:
        index = self.index
        if not self.knows(scope):
            return ()
        records = [_record_of(outcome) for outcome in index.outcomes.get(scope, _NONE).values()]
        records.extend(_record_of(failure, void=True) for failure in index.void.get(scope, _NONE).values())
        records.extend(
            Record(entry.id, int(entry.id.rpartition("!")[2]), entry.input_digest, entry.alone)
            for entry in index.interrupts.get(scope, _NONE).values()
        )
        return records

    def repeat(self, call: Call, rerun: Sequence[str]) -> None:
        """Prepare the next execution of a call: what finished inside counts, what made it fail is void (`POL-005`).

        All outcomes inside have to be such that they may be seen.
        """
        execution = call.execution
        if execution is not None:
            execution.over = True
            if execution.kept:
                self.index.learn(execution.kept)
                execution.kept.clear()
        self.index.make_void(self.index.closure(rerun))
        inside = f"{call.path}/"
        self._orphans = [path for path in self._orphans if not path.startswith(inside)]
        call.attempts += 1

    def call(
        self, scope: Scope, name: str, digest: str | None, key: str | None = None, encoded: str | None = None
    ) -> Call:
        """Make a call: the result is replayed, new, or parked; `encoded` is for the library's own names (`IDN-024`).

        Raises:
            DuplicateKey: The name and key were used before in this scope.
            Divergence: The call does not fit its record, and the entrypoint does not say to replay all the same.
        """
        diverged: Divergence | None = None
        try:
            if key is None:
                path, record = scope.matcher.call(encoded or encode_name(name), digest)
            else:
                path, record = self._match_key(scope, name, key, digest)
        except Divergence as divergence:
            if scope.suspended:
                path, record = divergence.record.path, None
            else:
                diverged = divergence
                path, record = self._in_spite_of(divergence, scope, encoded or encode_name(name))
        if record is not None and record.void:
            record = None
        call = Call(scope, path, name, digest, scope.calls)
        call.diverged = diverged
        if record is None and scope.suspended:
            call.state = PARKED
            return call
        scope.add(call)
        if record is not None:
            call.outcome = self.index.outcome(path)
            call.state = FINISHED
            call.replayed = True
            scope.replayed += 1
            if isinstance(call.outcome, TaskCancelled):
                scope.held[call] = None
            elif call.outcome is not None:
                heapq.heappush(scope.ready, (call.outcome.seq, call))
        return call

    @staticmethod
    def _match_key(scope: Scope, name: str, key: str, digest: str | None) -> tuple[str, Record | None]:
        path, record, used = scope.matcher.key(name, key, digest)
        if used:
            raise DuplicateKey(path)
        return path, record

    @property
    def is_settled(self) -> bool:
        """Whether all that has finished may be seen."""
        return not self.outbox and not self._taken

    def asks_inside(self, call: Call) -> bool:
        """Tell whether something inside a call waits for an answer."""
        return any(entry.id.startswith((f"{call.path}/", f"{call.path}!")) for entry in self.raised)

    def finish(self, call: Call, outcome: Outcome) -> None:
        """Take the outcome of a call that ran."""
        scope = call.scope
        alone = scope.solo is call
        common = (-1, self.now(), self.attempt_id, call.path, call.name, call.digest, alone, call.attempts)
        if outcome.value is not None:
            entry: TaskOutcome = TaskCompleted(*common, call.started_at, outcome.value, outcome.version)
        elif outcome.error is not None:
            entry = TaskFailed(*common, call.started_at, outcome.error, list(outcome.rerun))
        else:
            entry = TaskCancelled(*common, call.started_at)
        execution = scope.execution
        if execution is not None and execution.kept is not None:
            execution.kept.append(entry)
        call.outcome = entry
        call.state = FINISHED
        if self.raised:
            self._forget_questions(call)
        self._enqueue(entry, call)

    def _enqueue(self, entry: Entry, call: Call | None) -> None:
        if len(self.behind) >= self.ahead or self.outbox or self._taken:
            self.outbox.append((entry, call))
            return
        entry.seq = self.next_seq
        self.next_seq += 1
        self.behind.append(entry)
        if call is not None:
            heapq.heappush(call.scope.ready, (entry.seq, call))

    def drop(self, call: Call) -> None:
        """Forget a call that never began: it has no entry and runs again in the next attempt (`CON-010`)."""
        call.state = DROPPED
        call.scope.open -= 1
        self._forget_questions(call)

    def _forget_questions(self, call: Call) -> None:
        """Nobody asks any more what was asked inside a call that has ended (`INT-006`)."""
        if self.raised:
            inside = (f"{call.path}/", f"{call.path}!")
            self.raised = [entry for entry in self.raised if not entry.id.startswith(inside)]

    def _in_spite_of(self, divergence: Divergence, scope: Scope, encoded: str) -> tuple[str, Record | None]:
        """Take the record that does not fit, where the entrypoint says to replay all the same (`RPL-023`)."""
        if self.on_divergence == "error":
            raise divergence
        return scope.matcher.claim_anyway(divergence, encoded)

    def interrupt(self, scope: Scope, value: str, digest: str | None, schema: str | None = None) -> Verdict:
        """Answer an interrupt from the journal, or record it and suspend the scope."""
        diverged: Divergence | None = None
        try:
            id, record = scope.matcher.call(INTERRUPT, digest)
        except Divergence as divergence:
            diverged = divergence
            id, record = self._in_spite_of(divergence, scope, INTERRUPT)
        answer = self.index.answers.get(id)
        if record is not None and answer is not None:
            return Verdict(id, answer, diverged)
        entry = self.index.raised(id) if record is not None else None
        if entry is None:
            alone = scope.open == 0 and not scope.suspended
            entry = InterruptRaised(-1, self.now(), self.attempt_id, id, value, digest, alone, schema)
            self._enqueue(entry, None)
        scope.solo = None
        self.raised.append(entry)
        self.suspend(scope)
        return Verdict(id, None, diverged)

    def remember(self, scope: Scope, name: str, digest: str | None, make: Callable[[], str]) -> Remembered:
        """Return the recorded value of the library's own, or record one: it is there at once (`DRH-002`).

        It is a call that is over before anything else can happen, so that nobody waits for it and it is never open.

        Raises:
            Divergence: It does not fit its record, and the entrypoint does not say to replay all the same.
        """
        diverged: Divergence | None = None
        try:
            path, record = scope.matcher.call(name, digest)
        except Divergence as divergence:
            diverged = divergence
            path, record = self._in_spite_of(divergence, scope, name)
        if record is not None:
            outcome = self.index.outcome(path)
            scope.calls += 1
            scope.replayed += 1
            return Remembered(path, outcome.value if isinstance(outcome, TaskCompleted) else None, diverged)
        if scope.suspended:
            return Remembered(path, None)
        alone = scope.open == 0
        scope.calls += 1
        scope.solo = None
        value, now = make(), self.now()
        entry = TaskCompleted(-1, now, self.attempt_id, path, name, digest, alone, 1, now, value)
        if scope.execution is not None and scope.execution.kept is not None:
            scope.execution.kept.append(entry)
        self._enqueue(entry, None)
        return Remembered(path, value, is_new=True)

    def suspend(self, scope: Scope) -> None:
        """Let a scope start nothing new in this attempt (`INT-010`)."""
        scope.suspended = True

    def take(self) -> tuple[int, list[Entry], list[Call]]:
        """Take what is to be appended: the seq of its first entry, the entries, and the calls that are to be seen."""
        batch, self.outbox = self.outbox, []
        entries, self.behind = self.behind, []
        calls: list[Call] = []
        seq = self.next_seq
        first = seq - len(entries)
        for entry, call in batch:
            entry.seq = seq
            seq += 1
            entries.append(entry)
            if call is not None:
                calls.append(call)
        self._taken = len(batch)
        return first, entries, calls

    def take_nothing(self) -> tuple[int, list[Entry], list[Call]]:
        """Take no entry, for a heartbeat: the seq at which the durable journal ends."""
        return self.next_seq - len(self.behind), [], []

    def committed(self, calls: Sequence[Call]) -> None:
        """Make recorded outcomes deliverable: durable before seen (`JRN-007`)."""
        self.next_seq += self._taken
        self._taken = 0
        for call in calls:
            if call.outcome is not None:
                heapq.heappush(call.scope.ready, (call.outcome.seq, call))

    def close_scope(self, scope: Scope) -> None:
        """End a scope whose code returned or failed: what it did not ask for is orphaned (`RPL-030`)."""
        if scope.recorded:
            self._orphans.extend(path for path in scope.matcher.orphans() if "!" not in path)

    def orphans(self) -> list[str]:
        """Return what the scopes that ended did not ask for, in journal order (`RPL-030`)."""
        order = {path: outcome.seq for path in self._orphans if (outcome := self.index.outcome(path))}
        return sorted(order, key=order.__getitem__)


_NONE: Mapping[str, Any] = {}


def _record_of(outcome: TaskOutcome, *, void: bool = False) -> Record:
    stays = isinstance(outcome, TaskCancelled) and not void
    return Record(outcome.path, segment(outcome.path)[1], outcome.input_digest, outcome.alone, void, stays)
