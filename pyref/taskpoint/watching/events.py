"""What a watcher is told: small frozen events without any payload (`WCH-001` ff.).

No event has an input, a value, an argument, an answer or the text of an error. The one way to such things is
`Failure.exception`, for a watcher whose user asked for it (`WCH-010`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

__all__ = (
    "CallBegan",
    "CallEnded",
    "CallReplayed",
    "CallRetried",
    "Event",
    "Failure",
    "RunBegan",
    "RunEnded",
    "RunInfo",
    "moment",
)

Kind = Literal["task", "entrypoint"]


def moment(at: str) -> dt.datetime:
    """Read a time as events have it.

    Example:
        >>> moment("2026-01-02T03:04:05.000006Z").second
        5
    """
    return dt.datetime.fromisoformat(at)


@dataclass(frozen=True, slots=True)
class RunInfo:
    """Which attempt of which run something happens in.

    Attributes:
        entrypoint: The name of the entrypoint.
        thread_id: The thread, None where nothing is kept.
        checkpoint_id: The checkpoint whose journal is written, None where nothing is kept.
        run_id: The run; the same in all its attempts.
        attempt: The number of the attempt, from 1; more than 1 after a resume, a crash or a retry.
        attempt_id: The id of the attempt, as its journal entries have it.
        run_name: What the config calls the run, None where it does not.
        tags: The tags of the config.
    """

    entrypoint: str
    thread_id: str | None
    checkpoint_id: str | None
    run_id: str
    attempt: int
    attempt_id: str
    run_name: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failure:
    """What something failed with: its name, and never its text.

    Attributes:
        type: The name of the error's class; for an error of the library its code.
        code: The code of an error of the library, e.g. ``"task.timeout"``; None for any other.

    Example:
        >>> Failure("PaymentDeclined", None)
        Failure(type='PaymentDeclined', code=None)
    """

    type: str
    code: str | None

    @classmethod
    def of(cls, name: str, code: str | None, exception: BaseException | None) -> Failure:
        """Make one that remembers the exception itself, outside of its fields."""
        made = cls(name, code)
        object.__setattr__(made, "_exception", exception)
        return made

    @property
    def exception(self) -> BaseException | None:
        """The exception, where it was raised in this process; its text may hold the user's data."""
        found: BaseException | None = self.__dict__.get("_exception")
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        return Failure, (self.type, self.code)


@dataclass(frozen=True, slots=True)
class Event:
    """What all events have.

    Attributes:
        run: Where it happened.
        at: When, in RFC 3339 and UTC.
        ns: The path of the innermost entrypoint that was called inside the run and that this is a part of, as its
            segments; empty for the run's own entrypoint (`STM-006`).
    """

    run: RunInfo
    at: str
    ns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunBegan(Event):
    """An attempt of a run has begun, and that is recorded.

    Attributes:
        previous_attempt_id: The attempt that this one goes on after, None where it is the run's first.
    """

    previous_attempt_id: str | None

    @property
    def is_resumed(self) -> bool:
        """Whether the run has begun before."""
        return self.previous_attempt_id is not None


@dataclass(frozen=True, slots=True)
class CallBegan(Event):
    """The function of a call is about to be executed; a replayed call is not.

    Attributes:
        path: The call.
        name: The name of the task, or of the entrypoint that is called.
        kind: Which of the two it is.
        attempt: How often it is executed in this attempt of the run, with this one.
    """

    path: str
    name: str
    kind: Kind
    attempt: int


@dataclass(frozen=True, slots=True)
class CallReplayed(Event):
    """The code has made a call whose outcome was recorded in an earlier attempt: it is not executed.

    Attributes:
        path: The call.
        name: The name of the task, or of the entrypoint that is called.
        kind: Which of the two it is.
        outcome: How it ended then.
    """

    path: str
    name: str
    kind: Kind
    outcome: Literal["completed", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class CallRetried(Event):
    """An execution of a call has failed, and after a while it is executed again.

    Attributes:
        path: The call.
        name: The name of the task, or of the entrypoint that is called.
        kind: Which of the two it is.
        attempt: Which execution it was, from 1.
        failure: What it failed with.
        delay: For how many seconds it waits.
    """

    path: str
    name: str
    kind: Kind
    attempt: int
    failure: Failure
    delay: float


@dataclass(frozen=True, slots=True)
class CallEnded(Event):
    """A call has an outcome that the code may see; a replayed one is not told again.

    Attributes:
        path: The call.
        name: The name of the task, or of the entrypoint that is called.
        kind: Which of the two it is.
        outcome: How it ended.
        attempts: How often it was executed in this attempt of the run.
        cached: Whether its result comes from a cache.
        failure: What it failed with, None where it did not.
        duration: The seconds from the beginning of its first execution to its outcome, with the waits between.
    """

    path: str
    name: str
    kind: Kind
    outcome: Literal["completed", "failed", "cancelled"]
    attempts: int
    cached: bool
    failure: Failure | None
    duration: float


@dataclass(frozen=True, slots=True)
class RunEnded(Event):
    """An attempt of a run has ended, and that is recorded, unless another has overtaken it or its saver failed.

    Attributes:
        outcome: How it ended: ``"interrupted"`` waits for an answer, ``"stopped"`` was ended from outside.
        failure: What it failed with, None where it did not.
        interrupts: How many questions wait for an answer.
        duration: The seconds from the beginning of this attempt.
        delay: The seconds until another attempt follows because of a retry policy, None where none does.
    """

    outcome: Literal["completed", "interrupted", "failed", "stopped"]
    failure: Failure | None
    interrupts: int
    duration: float
    delay: float | None


def fields_of(event: Event) -> dict[str, Any]:
    """Return what log records have as fields and spans as attributes, by name; what is absent is left out.

    Example:
        >>> run = RunInfo("main", "t1", None, "r1", 2, "a2")
        >>> fields_of(CallBegan(run, "2026-01-02T03:04:05Z", (), "charge#0", "charge", "task", 1))
        {'entrypoint': 'main', 'thread_id': 't1', 'run_id': 'r1', 'run_attempt': 2, 'attempt_id': 'a2', 'path': ...}
    """
    run = event.run
    found: dict[str, Any] = {
        "entrypoint": run.entrypoint,
        "thread_id": run.thread_id,
        "checkpoint_id": run.checkpoint_id,
        "run_id": run.run_id,
        "run_attempt": run.attempt,
        "attempt_id": run.attempt_id,
        "run_name": run.run_name,
        "tags": run.tags or None,
    }
    names = ("path", "name", "kind", "attempt", "attempts", "outcome", "cached", "interrupts", "delay", "duration")
    found |= {("task" if name == "name" else name): getattr(event, name, None) for name in names}
    failure: Failure | None = getattr(event, "failure", None)
    if failure is not None:
        found |= {"error_type": failure.type, "error_code": failure.code}
    return {name: value for name, value in found.items() if value is not None}
