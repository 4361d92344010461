"""Entries and checkpoints as rows of the SQLite layout (`STO-030` ff.); `taskpoint.models.rows` reads them back.

A member with a column of its own stands there; all others of an entry stand in `detail`, a JSON object.
"""

from __future__ import annotations

import json
from typing import Any, Final, TypeAlias

import orjson

from taskpoint._core import journal
from taskpoint._core.journal import Checkpoint, Entry, ErrorDocument, Holder

__all__ = ("Row", "checkpoint_to_row", "entry_to_row", "holder_to_row")

Row: TypeAlias = tuple[Any, ...]
"""Columns in the order of `models.rows.ENTRY_COLUMNS`, `models.rows.CHECKPOINT_COLUMNS`, or of a holder's members."""

_FORMAT: Final = "1.0"
_DETAILS: Final[dict[str, tuple[str, ...]]] = {
    "run.started": ("attempt",),
    "run.resumed": ("attempt", "rerun"),
    "run.interrupted": ("interrupts", "error"),
    "run.completed": ("checkpoint_id", "orphans"),
    "run.failed": ("error", "rerun", "orphans"),
    "run.stopped": (),
    "task.completed": ("version",),
    "task.failed": ("error", "rerun"),
    "task.cancelled": (),
    "interrupt.raised": ("id", "response_schema"),
    "interrupt.answered": ("id",),
}


def entry_to_row(entry: Entry) -> Row:
    """Return an entry's columns from `seq` on."""
    start = (entry.seq, entry.kind, entry.at, entry.attempt_id)
    if isinstance(entry, journal.TaskOutcome):
        task = (entry.path, entry.name, entry.input_digest, int(entry.alone), entry.attempts, entry.started_at)
        if isinstance(entry, journal.TaskCompleted):
            return (*start, *task, entry.value, None if entry.version is None else _detail(entry))
        return (*start, *task, None, _detail(entry))
    match entry:
        case journal.InterruptRaised():
            question = (None, None, entry.input_digest, int(entry.alone), None, None, entry.value)
            return (*start, *question, _detail(entry))
        case journal.InterruptAnswered():
            return (*start, None, None, None, None, None, None, entry.value, _detail(entry))
        case _:
            return (*start, None, None, None, None, None, None, None, _detail(entry))


def checkpoint_to_row(checkpoint: Checkpoint) -> Row:
    """Return a checkpoint's columns from `seq` on."""
    each = checkpoint
    who = (each.run_id, each.entrypoint_name, each.entrypoint_version)
    values = (each.input, each.previous_id, each.value, each.saved, each.metadata)
    return (each.seq, each.id, _FORMAT, each.parent_id, each.source, each.created_at, *who, *values)


def holder_to_row(holder: Holder | None) -> Row:
    """Return a holder's columns, all empty where nobody holds."""
    return (holder.attempt_id, holder.host, holder.pid, holder.lease_until) if holder else (None, None, None, None)


def _detail(entry: Entry) -> str | None:
    members: dict[str, str] = {}
    for name in _DETAILS[entry.kind]:
        value = getattr(entry, name)
        if isinstance(value, ErrorDocument):
            members[name] = _error_text(value)
        elif name == "response_schema":
            if value is not None:
                members[name] = value
        elif value is not None and (value or name != "orphans"):
            members[name] = _text(value)
    return _object(members) if members else None


def _error_text(error: ErrorDocument) -> str:
    members = {"type": _text(error.type), "message": _text(error.message)}
    if error.data is not None:
        members["data"] = error.data
    if error.path is not None:
        members["path"] = _text(error.path)
    if error.retryable is not None:
        members["retryable"] = _text(error.retryable)
    return _object(members)


def _object(members: dict[str, str]) -> str:
    return "{" + ",".join(f'"{name}":{text}' for name, text in members.items()) + "}"


def _text(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # a lone surrogate, or a number beyond 64 bits: the store says what it cannot hold
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
