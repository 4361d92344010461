"""The parts of a stream as documents, as in `spec/1.0/schema/stream-part.schema.json`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Strict, TypeAdapter
from pydantic_core import PydanticCustomError

from taskpoint.models.documents import DocumentModel, ErrorModel
from taskpoint.models.scalars import Id, InterruptId, Name, Path, Present, Step, Text, Time
from taskpoint.models.values import Encoded, EncodedObject, OptionalPlainObject

__all__ = ("PART",)

Place = Literal[""] | Path
Namespace = list[Path]


def _refuse_false(given: bool) -> bool:  # noqa: FBT001 - pydantic calls it
    if not given:
        raise PydanticCustomError("false", "what is not so is left out")
    return given


Mark = Annotated[Annotated[bool, Strict(), AfterValidator(_refuse_false)] | None, Present]


class QuestionModel(DocumentModel):
    """An interrupt that is pending."""

    id: InterruptId
    value: Encoded
    response_schema: OptionalPlainObject = None


Asked = list[QuestionModel]


class QuestionsModel(DocumentModel):
    """The pending interrupts, in the place of results."""

    asked: Annotated[Asked, Field(alias="__interrupt__")]


class BegunModel(DocumentModel):
    """A call, or the run's own code, begins."""

    id: Text
    name: Name
    path: Place
    input: Encoded
    triggers: Annotated[list[Literal["__start__", "__pregel_push"]], Field(min_length=1, max_length=1)]


class EndedModel(DocumentModel):
    """A call, or the run's own code, has ended."""

    id: Text
    name: Name
    path: Place
    error: ErrorModel | None
    result: EncodedObject
    interrupts: Asked
    cached: Mark = None
    cancelled: Mark = None


class AddressModel(DocumentModel):
    """The config that addresses a checkpoint."""

    thread_id: Id
    checkpoint_id: Id


class RowModel(DocumentModel):
    """The run's own code, with what is pending."""

    id: Text
    name: Name
    interrupts: Asked


class MadeModel(DocumentModel):
    """A checkpoint as a state of the moment in which it was made."""

    config: AddressModel
    parent_config: AddressModel | None
    values: Encoded
    metadata: EncodedObject
    next: Annotated[list[Name], Field(max_length=1)]
    tasks: Annotated[list[RowModel], Field(max_length=1)]


class _DebugModel(DocumentModel):
    step: Step
    timestamp: Time


class DebugTaskModel(_DebugModel):
    """A beginning, in `debug`."""

    type: Literal["task"]
    payload: BegunModel


class DebugResultModel(_DebugModel):
    """An end, in `debug`."""

    type: Literal["task_result"]
    payload: EndedModel


class DebugCheckpointModel(_DebugModel):
    """A checkpoint, in `debug`."""

    type: Literal["checkpoint"]
    payload: MadeModel


class _PartModel(DocumentModel):
    ns: Namespace


class UpdatesModel(_PartModel):
    """A part of `updates`."""

    type: Literal["updates"]
    data: Annotated[EncodedObject | QuestionsModel, Field(union_mode="left_to_right")]


class ValuesModel(_PartModel):
    """A part of `values`."""

    type: Literal["values"]
    data: Encoded
    interrupts: Asked


class CustomModel(_PartModel):
    """A part of `custom`."""

    type: Literal["custom"]
    data: Encoded


class TasksModel(_PartModel):
    """A part of `tasks`."""

    type: Literal["tasks"]
    data: BegunModel | EndedModel


class CheckpointsModel(_PartModel):
    """A part of `checkpoints`."""

    type: Literal["checkpoints"]
    data: MadeModel


class DebugModel(_PartModel):
    """A part of `debug`."""

    type: Literal["debug"]
    data: Annotated[DebugTaskModel | DebugResultModel | DebugCheckpointModel, Discriminator("type")]


PART: TypeAdapter[object] = TypeAdapter(
    Annotated[
        UpdatesModel | ValuesModel | CustomModel | TasksModel | CheckpointsModel | DebugModel, Discriminator("type")
    ]
)
