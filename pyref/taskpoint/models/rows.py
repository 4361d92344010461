"""Rows of the SQLite layout to what the runtime holds, through the same models as documents (`STO-030` ff.).

An encoded value is text in a row. It is not parsed here: a replay of a thousand results reads only those that the
workflow asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import Field, Strict, TypeAdapter, ValidationError

from taskpoint._core.journal import Checkpoint, Entry, Holder, TaskCompleted
from taskpoint.errors import FormatError
from taskpoint.models.convert import checkpoint_from_document, entry_from_document, holder_from_document
from taskpoint.models.scalars import MAX_INTEGER, Digest, Id, Name, Path, Text, Time
from taskpoint.models.values import StoredText, is_object, parse_text

__all__ = ("CHECKPOINT_COLUMNS", "ENTRY_COLUMNS", "checkpoint_from_row", "entries_from_rows", "holder_from_row")

ENTRY_COLUMNS: Final = (
    "seq",
    "kind",
    "at",
    "attempt_id",
    "path",
    "name",
    "input_digest",
    "alone",
    "attempts",
    "started_at",
    "value",
    "detail",
)
CHECKPOINT_COLUMNS: Final = (
    "seq",
    "id",
    "format",
    "parent_id",
    "source",
    "created_at",
    "run_id",
    "entrypoint_name",
    "entrypoint_version",
    "input",
    "previous_id",
    "value",
    "saved",
    "metadata",
)
_WITH_DIGEST: Final = frozenset({"task.completed", "task.failed", "task.cancelled", "interrupt.raised"})
_FLAGS: Final[dict[Any, bool]] = {0: False, 1: True}

# A journal is mostly results: these rows take a short way, which costs a third. A row it refuses goes the long way.
_Flag = Annotated[int, Strict(), Field(ge=0, le=1)]
_Seq = Annotated[int, Strict(), Field(ge=0, le=MAX_INTEGER)]
_RESULT: Final = TypeAdapter(
    tuple[_Seq, Literal["task.completed"], Time, Id, Path, Name, Digest | None, _Flag, _Seq, Time, Text, None]
)


def entries_from_rows(rows: Iterable[Sequence[Any]], *, where: str) -> list[Entry]:
    """Return the entries that the rows of one journal hold, in order and complete.

    Args:
        rows: Each with `ENTRY_COLUMNS`; `alone` is 0 or 1, `value` is JSON text, and `detail` is the JSON object of
            all members without a column of their own, or NULL where there are none.
        where: Whose journal it is, for the error's text, e.g. ``"thread 't1', checkpoint 3"``.

    Raises:
        FormatError: A row is no entry, or the seqs do not count on from 0.
    """
    entries: list[Entry] = []
    for seq, row in enumerate(rows):
        try:
            own, _, at, by, path, name, digest, alone, attempts, started, value, _ = _RESULT.validate_python(tuple(row))
            entry: Entry = TaskCompleted(own, at, by, path, name, digest, bool(alone), attempts, started, value)
        except ValidationError:
            place = f"{where}, entry {seq}"
            entry = entry_from_document(_entry_document(row, place), where=place)
        if entry.seq != seq:
            raise FormatError(f"{where}, entry {seq}: seq does not count on from 0")
        entries.append(entry)
    return entries


def _entry_document(row: Sequence[Any], where: str) -> dict[str, Any]:
    document = {name: member for name, member in zip(ENTRY_COLUMNS, row, strict=True) if member is not None}
    if document.get("kind") in _WITH_DIGEST:
        document.setdefault("input_digest", None)
    if "alone" in document:
        document["alone"] = _FLAGS.get(document["alone"], document["alone"])
    if "value" in document:
        document["value"] = _stored(document["value"], f"{where}: value")
    detail = _members(document.pop("detail", "{}"), f"{where}: detail")
    if not detail.keys().isdisjoint(ENTRY_COLUMNS):
        raise FormatError(f"{where}: detail has a member that has a column")
    return document | detail


def _members(text: object, where: str) -> dict[str, Any]:
    try:
        members = parse_text(text) if isinstance(text, str) else None
    except ValueError:
        members = None
    if not is_object(members):
        raise FormatError(f"{where} is not the text of a JSON object")
    return members


def _stored(text: object, where: str) -> StoredText:
    if not isinstance(text, str):
        raise FormatError(f"{where} is not a text")
    return StoredText(text)


def checkpoint_from_row(thread_id: str, row: Sequence[Any], *, where: str) -> Checkpoint:
    """Return the checkpoint that a row with `CHECKPOINT_COLUMNS` holds.

    Raises:
        FormatError: The row is no checkpoint, or of a newer format.
    """
    columns = dict(zip(CHECKPOINT_COLUMNS, row, strict=True))
    document: dict[str, Any] = {"kind": "checkpoint", "thread_id": thread_id}
    document["entrypoint"] = {"name": columns.pop("entrypoint_name"), "version": columns.pop("entrypoint_version")}
    for name in ("input", "value", "saved", "metadata"):
        text = columns.pop(name)
        if text is not None:
            document[name] = _stored(text, f"{where}: {name}")
    if columns["previous_id"] is None and columns["source"] not in {"input", "fork"}:
        del columns["previous_id"]
    return checkpoint_from_document(document | columns, where=where)


def holder_from_row(row: Sequence[Any], *, where: str) -> Holder | None:
    """Return the holder that a row's ``attempt_id, host, pid, lease_until`` name, None where all are NULL.

    Raises:
        FormatError: The columns name no holder.
    """
    members = dict(zip(("attempt_id", "host", "pid", "lease_until"), row, strict=True))
    if all(member is None for member in row):
        return None
    return holder_from_document(members, where=where)
