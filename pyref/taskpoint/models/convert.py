"""Documents to what the runtime holds, and back (`CKP-001`, `JRN-001`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Final

from pydantic import TypeAdapter

from taskpoint._core.journal import (
    Checkpoint,
    Entry,
    ErrorDocument,
    Holder,
    InterruptAnswered,
    InterruptRaised,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunResumed,
    RunStarted,
    RunStopped,
    TaskCancelled,
    TaskCompleted,
    TaskFailed,
)
from taskpoint._ids import is_id
from taskpoint.errors import FormatError
from taskpoint.models.documents import CHECKPOINT, ENTRY, DocumentModel, ErrorModel, HolderModel, ThreadModel
from taskpoint.models.failures import validated
from taskpoint.models.values import is_array, is_object, parse_text

__all__ = (
    "checkpoint_from_document",
    "checkpoint_to_document",
    "entry_from_document",
    "entry_to_document",
    "error_to_document",
    "holder_from_document",
    "holder_to_document",
    "thread_from_document",
    "thread_to_document",
)

_KINDS: Final[tuple[type[Entry], ...]] = (
    RunStarted,
    RunResumed,
    RunInterrupted,
    RunCompleted,
    RunFailed,
    RunStopped,
    TaskCompleted,
    TaskFailed,
    TaskCancelled,
    InterruptRaised,
    InterruptAnswered,
)
_CLASSES: Final = {kind.kind: kind for kind in _KINDS}
_MEMBERS: Final = {kind.kind: tuple(field.name for field in fields(kind)) for kind in _KINDS}
"""The members of an entry by its kind, besides `kind` itself."""

_HOLDER: Final = TypeAdapter(HolderModel)
_THREAD: Final = TypeAdapter(ThreadModel)


def entry_from_document(document: object, *, where: str = "entry") -> Entry:
    """Return the entry that a document holds.

    Args:
        document: As a JSON parser returns it.
        where: What the document is, for the error's text.

    Raises:
        FormatError: It is not what `entry.schema.json` demands.

    Example:
        >>> from taskpoint.models import entry_from_document
        >>> entry_from_document(
        ...     {"kind": "run.started", "seq": 0, "at": "2026-11-21T09:00:00Z", "attempt_id": "a", "attempt": 1}
        ... )
        RunStarted(seq=0, at='2026-11-21T09:00:00Z', attempt_id='a', attempt=1)
    """
    return _to_entry(validated(ENTRY, document, where))


def _to_entry(model: DocumentModel) -> Entry:
    """Return the entry that a validated model holds; the model is used up."""
    members = vars(model)
    kind = members.pop("kind")
    error: ErrorModel | None = members.get("error")
    if error is not None:
        members["error"] = ErrorDocument(error.type, error.message, error.data, error.path, error.retryable)
    return _CLASSES[kind](**members)


def entry_to_document(entry: Entry) -> dict[str, Any]:
    """Return an entry's document."""
    document: dict[str, Any] = {"kind": entry.kind}
    for name in _MEMBERS[entry.kind]:
        member = getattr(entry, name)
        if name == "value":
            document[name] = _tree(member)
        elif name == "error":
            if member is not None:
                document[name] = error_to_document(member)
        elif name == "response_schema":
            if member is not None:
                document[name] = _tree(member)
        elif name == "version":
            if member is not None:
                document[name] = member
        elif name != "orphans" or member:
            document[name] = [*member] if is_array(member) else member
    return document


def error_to_document(error: ErrorDocument) -> dict[str, Any]:
    """Return an error's document."""
    document: dict[str, Any] = {"type": error.type, "message": error.message}
    if error.data is not None:
        document["data"] = _tree(error.data)
    if error.path is not None:
        document["path"] = error.path
    if error.retryable is not None:
        document["retryable"] = error.retryable
    return document


def checkpoint_from_document(document: object, *, where: str = "checkpoint") -> Checkpoint:
    """Return the checkpoint that a document holds.

    Raises:
        FormatError: It is not what `checkpoint.schema.json` demands, or of a newer format.
    """
    return _to_checkpoint(validated(CHECKPOINT, document, where))


def _to_checkpoint(model: DocumentModel) -> Checkpoint:
    members = vars(model)
    entrypoint = members.pop("entrypoint")
    del members["kind"], members["format"]
    return Checkpoint(**members, entrypoint_name=entrypoint.name, entrypoint_version=entrypoint.version)


def checkpoint_to_document(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return a checkpoint's document."""
    document: dict[str, Any] = {
        "kind": "checkpoint",
        "format": "1.0",
        "thread_id": checkpoint.thread_id,
        "seq": checkpoint.seq,
        "id": checkpoint.id,
        "parent_id": checkpoint.parent_id,
        "source": checkpoint.source,
        "created_at": checkpoint.created_at,
        "run_id": checkpoint.run_id,
        "entrypoint": {"name": checkpoint.entrypoint_name, "version": checkpoint.entrypoint_version},
        "metadata": _tree(checkpoint.metadata),
    }
    for name in ("input", "value", "saved"):
        text = getattr(checkpoint, name)
        if text is not None:
            document[name] = _tree(text)
    if checkpoint.source in {"input", "fork"}:
        document["previous_id"] = checkpoint.previous_id
    return document


def holder_from_document(document: object, *, where: str = "holder") -> Holder:
    """Return the holder that a document names.

    Raises:
        FormatError: It is not what `holder.schema.json` demands.
    """
    return Holder(**validated(_HOLDER, document, where).__dict__)


def holder_to_document(holder: Holder) -> dict[str, Any]:
    """Return a holder's document."""
    return {
        "attempt_id": holder.attempt_id,
        "host": holder.host,
        "pid": holder.pid,
        "lease_until": holder.lease_until,
    }


def thread_from_document(document: object) -> list[tuple[Checkpoint, list[Entry]]]:
    """Return the checkpoints and journals of a thread in its interchange format.

    Raises:
        FormatError: It is not what `thread.schema.json` demands, is of a newer format, or its ids and seqs do not
            belong together, which no schema can say.
    """
    model = validated(_THREAD, document, _thread_name(document))
    where = f"thread {model.thread_id!r}"
    thread = [
        (_to_checkpoint(one.checkpoint), [_to_entry(entry) for entry in one.entries]) for one in model.checkpoints
    ]
    seen: set[str] = set()
    for seq, (checkpoint, entries) in enumerate(thread):
        _check_checkpoint(checkpoint, model.thread_id, seq, seen, f"{where}: checkpoints[{seq}]")
        for entry_seq, entry in enumerate(entries):
            if entry.seq != entry_seq:
                raise FormatError(f"{where}: checkpoints[{seq}].entries[{entry_seq}].seq does not count on from 0")
    return thread


def _thread_name(document: object) -> str:
    """Return how a thread is called in an error's text; its id is repeated only where it is an id."""
    thread_id = document.get("thread_id") if is_object(document) else None
    return f"thread {thread_id!r}" if is_id(thread_id) else "thread"


def _check_checkpoint(checkpoint: Checkpoint, thread_id: str, seq: int, seen: set[str], where: str) -> None:
    """Check that a checkpoint belongs where it stands (`CKP-003`); `seen` are the ids of those before it."""
    if checkpoint.thread_id != thread_id:
        raise FormatError(f"{where}.checkpoint.thread_id is another thread's")
    if checkpoint.seq != seq:
        raise FormatError(f"{where}.checkpoint.seq does not count on from 0")
    if checkpoint.id in seen:
        raise FormatError(f"{where}.checkpoint.id is taken already")
    for name, other in (("parent_id", checkpoint.parent_id), ("previous_id", checkpoint.previous_id)):
        if other is not None and other not in seen:
            raise FormatError(f"{where}.checkpoint.{name} names no earlier checkpoint of the thread")
    seen.add(checkpoint.id)


def thread_to_document(thread_id: str, thread: Sequence[tuple[Checkpoint, Sequence[Entry]]]) -> dict[str, Any]:
    """Return the interchange document of a thread, checkpoints in the order of their seqs."""
    return {
        "kind": "thread",
        "format": "taskpoint.thread/1",
        "thread_id": thread_id,
        "checkpoints": [
            {
                "checkpoint": checkpoint_to_document(checkpoint),
                "entries": [entry_to_document(entry) for entry in entries],
            }
            for checkpoint, entries in thread
        ],
    }


def _tree(text: str) -> Any:
    try:
        return parse_text(text)
    except ValueError:
        raise FormatError("an encoded value is not JSON") from None
