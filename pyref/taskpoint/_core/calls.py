"""Calls: what is known of each, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from taskpoint._core.journal import ErrorDocument, TaskOutcome

if TYPE_CHECKING:
    from taskpoint._core.machine import Scope
    from taskpoint._core.matching import Divergence

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
