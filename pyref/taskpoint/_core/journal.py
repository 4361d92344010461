"""The documents of a thread as the runtime holds them: checkpoints and the entries of their journals.

One small class per kind, as in the schemas. Encoded values (`value`, `input`, `saved`, `data`) are JSON *text* in
the encoding of `spec/1.0/02-values.md`: they are decoded when somebody asks, not before.
`None` means that the member is absent; the encoded null is the text ``"null"``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

__all__ = (
    "Checkpoint",
    "Entry",
    "ErrorDocument",
    "Holder",
    "InterruptAnswered",
    "InterruptRaised",
    "RunCompleted",
    "RunFailed",
    "RunInterrupted",
    "RunResumed",
    "RunStarted",
    "RunStopped",
    "Source",
    "TaskCancelled",
    "TaskCompleted",
    "TaskFailed",
    "TaskOutcome",
)

Source = Literal["input", "loop", "update", "fork"]


@dataclass(slots=True)
class Checkpoint:
    """The immutable header of a checkpoint (`CKP-001`)."""

    thread_id: str
    seq: int
    id: str
    parent_id: str | None
    source: Source
    created_at: str
    run_id: str
    entrypoint_name: str
    entrypoint_version: str | None = None
    input: str | None = None
    """Encoded; only where `source` is ``input`` or ``fork``."""
    previous_id: str | None = None
    """The checkpoint whose saved value this run sees as `previous`; only with `input`."""
    value: str | None = None
    """Encoded; only where `source` is ``loop`` or ``update``."""
    saved: str | None = None
    """Encoded; only where what is saved differs from `value`."""
    metadata: str = "{}"
    """Encoded JSON object, as the caller gave it."""


@dataclass(slots=True)
class Holder:
    """Who may go on with a thread (`RUN-010`)."""

    attempt_id: str
    host: str
    pid: int
    lease_until: str


@dataclass(slots=True)
class ErrorDocument:
    """An error in a form that any language can read (`ERR-003`)."""

    type: str
    message: str
    data: str | None = None
    path: str | None = None
    retryable: bool | None = None


@dataclass(slots=True)
class Entry:
    """What every journal entry has."""

    kind: ClassVar[str]
    seq: int
    at: str
    attempt_id: str


@dataclass(slots=True)
class RunStarted(Entry):
    kind: ClassVar[str] = "run.started"
    attempt: int = 1


@dataclass(slots=True)
class RunResumed(Entry):
    kind: ClassVar[str] = "run.resumed"
    attempt: int = 2
    rerun: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class RunInterrupted(Entry):
    kind: ClassVar[str] = "run.interrupted"
    interrupts: list[str] = field(default_factory=list[str])
    error: ErrorDocument | None = None


@dataclass(slots=True)
class RunCompleted(Entry):
    kind: ClassVar[str] = "run.completed"
    checkpoint_id: str = ""
    orphans: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class RunFailed(Entry):
    kind: ClassVar[str] = "run.failed"
    error: ErrorDocument = field(default_factory=lambda: ErrorDocument("Error", ""))
    rerun: list[str] = field(default_factory=list[str])
    orphans: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class RunStopped(Entry):
    kind: ClassVar[str] = "run.stopped"


@dataclass(slots=True)
class TaskOutcome(Entry):
    """What the three outcomes of a call have in common."""

    path: str
    name: str
    input_digest: str | None
    alone: bool
    attempts: int
    started_at: str


@dataclass(slots=True)
class TaskCompleted(TaskOutcome):
    kind: ClassVar[str] = "task.completed"
    value: str = "null"
    version: str | None = None
    """The version of the definition that made the value, where it has one (`TYP-020`)."""


@dataclass(slots=True)
class TaskFailed(TaskOutcome):
    kind: ClassVar[str] = "task.failed"
    error: ErrorDocument = field(default_factory=lambda: ErrorDocument("Error", ""))
    rerun: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class TaskCancelled(TaskOutcome):
    kind: ClassVar[str] = "task.cancelled"


@dataclass(slots=True)
class InterruptRaised(Entry):
    kind: ClassVar[str] = "interrupt.raised"
    id: str = ""
    value: str = "null"
    input_digest: str | None = None
    alone: bool = True
    response_schema: str | None = None
    """The text of a JSON Schema, which is plain JSON (`INT-030`)."""


@dataclass(slots=True)
class InterruptAnswered(Entry):
    kind: ClassVar[str] = "interrupt.answered"
    id: str = ""
    value: str = "null"
