"""One pydantic model per definition of `spec/1.0/schema`: they accept and refuse the same documents.

The schemas are the source of truth; `tests/test_models.py` holds the two equal.
A validated model holds its encoded values as JSON text (`values.Encoded`).
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, TypeAdapter

from taskpoint.models.scalars import (
    Attempt,
    Count,
    Digest,
    First,
    Id,
    InterruptId,
    Name,
    Path,
    Present,
    Seq,
    Text,
    Time,
    Unique,
)
from taskpoint.models.values import Encoded, EncodedObject, OptionalEncoded, OptionalEncodedObject, OptionalPlainObject

__all__ = (
    "CHECKPOINT",
    "COMMAND",
    "ENTRY",
    "AnswersModel",
    "CachePolicyModel",
    "CheckpointModel",
    "ConfigModel",
    "DocumentModel",
    "EntryModel",
    "EntrypointDefinitionModel",
    "ErrorModel",
    "HolderModel",
    "InterruptModel",
    "ResumeModel",
    "RetryPolicyModel",
    "TaskDefinitionModel",
    "ThreadModel",
    "TimeoutPolicyModel",
)

Paths = Annotated[list[Path], Unique]
Orphans = Annotated[list[Path], Field(min_length=1), Unique]


class DocumentModel(BaseModel):
    """Closed and strict, as every document is."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ErrorModel(DocumentModel):
    """An error that any language can read (`ERR-003`)."""

    type: Name
    message: Text
    data: OptionalEncoded = None
    path: Annotated[Path | None, Present] = None
    retryable: Annotated[bool | None, Present] = None


class HolderModel(DocumentModel):
    """Who may go on with a thread (`RUN-010`)."""

    attempt_id: Id
    host: Id
    pid: Count
    lease_until: Time


class StoreItemModel(DocumentModel):
    """What a store keeps under a namespace and a key (`MEM-008`)."""

    namespace: Annotated[list[Id], Field(min_length=1, max_length=64)]
    key: Id
    value: EncodedObject
    created_at: Time
    updated_at: Time


# --- checkpoints --------------------------------------------------------------------------------------------------


class EntrypointModel(DocumentModel):
    """The entrypoint that a checkpoint belongs to."""

    name: Name
    version: Id | None


class _CheckpointModel(DocumentModel):
    kind: Literal["checkpoint"]
    format: Literal["1.0"]
    thread_id: Id
    seq: Seq
    id: Id
    parent_id: Id | None
    created_at: Time
    run_id: Id
    entrypoint: EntrypointModel
    metadata: EncodedObject


class BeginningModel(_CheckpointModel):
    """A checkpoint that a run begins with."""

    source: Literal["input", "fork"]
    input: Encoded
    previous_id: Id | None


class ClosingModel(_CheckpointModel):
    """A checkpoint that holds a value: a run's, or one that was set."""

    source: Literal["loop", "update"]
    value: Encoded
    saved: OptionalEncoded = None


CheckpointModel = Annotated[BeginningModel | ClosingModel, Discriminator("source")]


# --- journal entries ----------------------------------------------------------------------------------------------


class _EntryModel(DocumentModel):
    seq: Seq
    at: Time
    attempt_id: Id


class RunStartedModel(_EntryModel):
    """A run's first attempt."""

    kind: Literal["run.started"]
    attempt: First


class RunResumedModel(_EntryModel):
    """A further attempt, and which failed calls it makes again."""

    kind: Literal["run.resumed"]
    attempt: Attempt
    rerun: Paths


class RunInterruptedModel(_EntryModel):
    """The run waits for answers."""

    kind: Literal["run.interrupted"]
    interrupts: Annotated[list[InterruptId], Field(min_length=1), Unique]
    error: Annotated[ErrorModel | None, Present] = None


class RunCompletedModel(_EntryModel):
    """The run ended; its value stands in the checkpoint named here."""

    kind: Literal["run.completed"]
    checkpoint_id: Id
    orphans: Orphans = Field(default_factory=list)


class RunFailedModel(_EntryModel):
    """The run failed, and a further attempt makes these calls again."""

    kind: Literal["run.failed"]
    error: ErrorModel
    rerun: Paths
    orphans: Orphans = Field(default_factory=list)


class RunStoppedModel(_EntryModel):
    """The caller stopped the run; nothing was decided."""

    kind: Literal["run.stopped"]


class _TaskModel(_EntryModel):
    path: Path
    name: Name
    input_digest: Digest | None
    alone: bool
    attempts: Count
    started_at: Time


class TaskCompletedModel(_TaskModel):
    """A call returned."""

    kind: Literal["task.completed"]
    attempts: Seq
    value: Encoded
    version: Annotated[Id | None, Present] = None


class TaskFailedModel(_TaskModel):
    """A call failed."""

    kind: Literal["task.failed"]
    error: ErrorModel
    rerun: Paths


class TaskCancelledModel(_TaskModel):
    """A call was cancelled, and its caller saw that."""

    kind: Literal["task.cancelled"]


class InterruptRaisedModel(_EntryModel):
    """A scope asked a question."""

    kind: Literal["interrupt.raised"]
    id: InterruptId
    value: Encoded
    input_digest: Digest | None
    alone: bool
    response_schema: OptionalPlainObject = None


class InterruptAnsweredModel(_EntryModel):
    """The question was answered."""

    kind: Literal["interrupt.answered"]
    id: InterruptId
    value: Encoded


EntryModel = Annotated[
    RunStartedModel
    | RunResumedModel
    | RunInterruptedModel
    | RunCompletedModel
    | RunFailedModel
    | RunStoppedModel
    | TaskCompletedModel
    | TaskFailedModel
    | TaskCancelledModel
    | InterruptRaisedModel
    | InterruptAnsweredModel,
    Discriminator("kind"),
]


# --- what users see and give --------------------------------------------------------------------------------------


class InterruptModel(DocumentModel):
    """A pending interrupt as it is shown."""

    kind: Literal["interrupt"]
    id: InterruptId
    value: Encoded
    response_schema: OptionalPlainObject = None


class ResumeModel(DocumentModel):
    """The answer to the only pending interrupt."""

    kind: Literal["command"]
    resume: Encoded


class AnswersModel(DocumentModel):
    """Answers by interrupt id."""

    kind: Literal["command"]
    answers: dict[InterruptId, Encoded]


class RetryPolicyModel(DocumentModel):
    """How often and when something that failed is executed again."""

    initial_interval: Annotated[float, Field(ge=0)]
    backoff_factor: Annotated[float, Field(ge=1)]
    max_interval: Annotated[float, Field(ge=0)]
    max_attempts: Count
    jitter: bool
    retry_on: Literal["default", "custom"] | Annotated[list[Name], Field(min_length=1)]


class TimeoutPolicyModel(DocumentModel):
    """How long one execution may take."""

    run_timeout: Annotated[float, Field(gt=0)] | None
    idle_timeout: Annotated[float, Field(gt=0)] | None
    refresh_on: Literal["auto", "heartbeat"]


class CachePolicyModel(DocumentModel):
    """Which results are equal, and for how long they are kept."""

    key: Literal["input", "custom"]
    ttl: Annotated[float, Field(gt=0)] | None


class _PoliciesModel(DocumentModel):
    retry: Annotated[list[RetryPolicyModel] | None, Field(min_length=1), Present] = None
    timeout: Annotated[TimeoutPolicyModel | None, Present] = None
    cache: Annotated[CachePolicyModel | None, Present] = None


class TaskDefinitionModel(_PoliciesModel):
    """What both forms of defining a task come to."""

    kind: Literal["task-definition"]
    name: Name
    raises: Annotated[list[Name], Unique]
    version: Annotated[Id | None, Present] = None


class EntrypointDefinitionModel(_PoliciesModel):
    """What both forms of defining an entrypoint come to."""

    kind: Literal["entrypoint-definition"]
    name: Name
    version: Id | None
    on_divergence: Literal["error", "replay", "warn"]


class ConfigModel(DocumentModel):
    """The config of a run, in the form that no language owns."""

    thread_id: Annotated[Id | None, Present] = None
    checkpoint_id: Annotated[Id | None, Present] = None
    run_id: Annotated[Id | None, Present] = None
    metadata: OptionalEncodedObject = None
    max_concurrency: Annotated[Count | None, Present] = None
    tags: Annotated[list[Text] | None, Present] = None


# --- interchange --------------------------------------------------------------------------------------------------


class JournalModel(DocumentModel):
    """A checkpoint with its journal."""

    checkpoint: CheckpointModel
    entries: list[EntryModel]


class ThreadModel(DocumentModel):
    """A whole thread in one document."""

    kind: Literal["thread"]
    format: Literal["taskpoint.thread/1"]
    thread_id: Id
    checkpoints: Annotated[list[JournalModel], Field(min_length=1)]


CHECKPOINT: Final[TypeAdapter[BeginningModel | ClosingModel]] = TypeAdapter(CheckpointModel)
COMMAND: Final[TypeAdapter[ResumeModel | AnswersModel]] = TypeAdapter(ResumeModel | AnswersModel)
ENTRY: Final[TypeAdapter[DocumentModel]] = TypeAdapter(EntryModel)
