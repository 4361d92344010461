"""Calls, how far each has come, and the scopes that they are made in."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from taskpoint._core.execution import Execution
from taskpoint._core.journal import ErrorDocument, TaskFailed, TaskOutcome
from taskpoint._core.matching import Divergence, Matcher, Record

__all__ = (
    "DELIVERED",
    "DROPPED",
    "FINISHED",
    "MADE",
    "PARKED",
    "RUNNING",
    "SUSPENDED",
    "Call",
    "Outcome",
    "Scope",
    "State",
)


class State(Enum):
    """How far a call has come."""

    MADE = auto()
    """New; nobody runs it yet."""
    RUNNING = auto()
    FINISHED = auto()
    """It has an outcome, recorded or about to be."""
    DELIVERED = auto()
    SUSPENDED = auto()
    """It waits for an answer to an interrupt inside it and will have no outcome in this attempt."""
    PARKED = auto()
    """A new call of a suspended scope: it never runs (`INT-010`)."""
    DROPPED = auto()
    """It was cancelled, or the run ended, before it began."""


# By names of the module: in Python 3.11 a look into an enum takes twenty times as long.
MADE, RUNNING, FINISHED, DELIVERED, SUSPENDED, PARKED, DROPPED = State


@dataclass(slots=True)
class Outcome:
    """How a call ended: exactly one of a value, an error, or a cancellation (neither)."""

    value: str | None = None
    error: ErrorDocument | None = None
    rerun: Sequence[str] = ()
    version: str | None = None


class Call:
    """One call of a task in a scope."""

    __slots__ = (
        "attempts",
        "digest",
        "diverged",
        "execution",
        "job",
        "name",
        "observed",
        "ordinal",
        "outcome",
        "path",
        "replayed",
        "scope",
        "started_at",
        "state",
        "turn",
    )

    def __init__(self, scope: Scope, path: str, name: str, digest: str | None, ordinal: int) -> None:
        self.scope = scope
        self.path = path
        self.name = name
        self.digest = digest
        self.ordinal = ordinal
        self.state = MADE
        self.outcome: TaskOutcome | None = None
        self.replayed = False
        self.observed = False
        self.diverged: Divergence | None = None
        self.attempts = 1
        """How often the call was executed in this attempt of the run; 0 where its result comes from a cache."""
        self.execution = scope.execution
        """What its own scope belongs to: that of the calling scope, unless policies say otherwise."""
        self.started_at = ""
        self.turn = 0
        """Its place in the order of the scope's deliveries."""
        self.job: Any = None
        """Whatever the driver needs to run the call and to deliver its outcome."""

    def __lt__(self, other: Call) -> bool:
        return self.ordinal < other.ordinal


class Scope:
    """One execution of an entrypoint or a task (`IDN-004`)."""

    __slots__ = (
        "_matcher",
        "attempt",
        "calls",
        "execution",
        "failures",
        "held",
        "open",
        "path",
        "ready",
        "recorded",
        "replayed",
        "solo",
        "suspended",
        "turns",
    )

    def __init__(
        self,
        path: str,
        records: Sequence[Record],
        execution: Execution | None = None,
        attempt: int = 1,
    ) -> None:
        self.path = path
        self.execution = execution
        self.attempt = attempt
        """The number of this execution of its call, from 1."""
        self._matcher = Matcher(path, records) if records else None
        self.recorded = bool(records)
        self.calls = 0
        self.open = 0
        self.turns = 0
        self.solo: Call | None = None
        """The one open call, if no other was open since it was made (`RPL-015`)."""
        self.ready: list[tuple[int, Call]] = []
        """Calls that were made and have a recorded outcome, by journal order (`CON-002`)."""
        self.failures: list[tuple[int, Call]] = []
        """Failures delivered, each with the number of calls made before its delivery (`RPL-041`)."""
        self.held: dict[Call, None] = {}
        """Recorded cancellations that the code has not asked for again in this attempt (`CON-022`)."""
        self.suspended = False
        self.replayed = 0
        """How many of the calls have a recorded outcome."""

    def is_over(self) -> bool:
        """Tell whether the scope's execution was given up or repeated: it has no say any more (`POL-023`)."""
        return self.execution is not None and self.execution.is_over

    @property
    def matcher(self) -> Matcher:
        """What finds the records of the scope's calls; most scopes make none."""
        if self._matcher is None:
            self._matcher = Matcher(self.path)
        return self._matcher

    def deliverable(self) -> Call | None:
        """Return the call whose outcome comes next in journal order, of those made (`CON-003`)."""
        return self.ready[0][1] if self.ready else None

    def deliver(self) -> Call:
        """Take the next outcome: from here on the scope's code can see it."""
        call = heapq.heappop(self.ready)[1]
        call.state = DELIVERED
        call.turn = self.turns = self.turns + 1
        if self.execution is not None:
            self.execution.touch()
        self.open -= 1
        self.solo = None
        if isinstance(call.outcome, TaskFailed):
            self.failures.append((self.calls, call))
        return call

    def release(self, call: Call) -> bool:
        """Let a recorded cancellation be delivered: the code cancels the call again, or nothing else can happen."""
        if call not in self.held:
            return False
        del self.held[call]
        if call.outcome is not None:
            heapq.heappush(self.ready, (call.outcome.seq, call))
        return True

    def is_replaying(self) -> bool:
        """Tell whether the journal holds something that the code has not been shown, and it made no new call yet."""
        if not self.recorded or self.suspended or self.calls > self.replayed:
            return False
        return bool(self.ready) or self.matcher.has_unclaimed()

    def add(self, call: Call) -> None:
        """Count a call that was made."""
        self.solo = call if self.open == 0 else None
        self.open += 1
        self.calls += 1
