"""Entries and checkpoints as rows of the SQLite layout (`STO-030` ff.).

A member with a column of its own stands there; all others of an entry stand in `detail`, a JSON object.
What is read is checked: a row that is no document raises `ValueError` here, and the saver says where it stands.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias, cast

from taskpoint._core import journal
from taskpoint._core.journal import Checkpoint, Entry, ErrorDocument, Holder
from taskpoint.errors import FormatError
from taskpoint.savers.holders import parse_time

__all__ = ("Row", "checkpoint_from_row", "checkpoint_to_row", "entry_from_row", "entry_to_row", "holder_from_row")

Row: TypeAlias = tuple[Any, ...]
"""Of an entry: seq, kind, at, attempt_id, path, name, input_digest, alone, attempts, started_at, value, detail."""

_FORMAT: Final = "1.0"
_Members: TypeAlias = dict[str, Any]


def entry_to_row(entry: Entry) -> Row:
    """Return an entry's columns from `seq` on."""
    start = (entry.seq, entry.kind, entry.at, entry.attempt_id)
    match entry:
        case journal.TaskOutcome():
            task = (entry.path, entry.name, entry.input_digest, int(entry.alone), entry.attempts, entry.started_at)
            if type(entry) is journal.TaskCompleted:
                return (*start, *task, entry.value, None)
            return (*start, *task, None, _detail(entry))
        case journal.InterruptRaised():
            nothing = (None, None, entry.input_digest, int(entry.alone), None, None)
            return (*start, *nothing, entry.value, _detail(entry))
        case journal.InterruptAnswered():
            return (*start, None, None, None, None, None, None, entry.value, _detail(entry))
        case _:
            return (*start, None, None, None, None, None, None, None, _detail(entry))


def _detail(entry: Entry) -> str | None:
    members: dict[str, str] = {}
    for name in _DETAILS[entry.kind][1]:
        value = getattr(entry, name)
        if isinstance(value, ErrorDocument):
            members[name] = _error_text(value)
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
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def entry_from_row(row: Row) -> Entry:
    """Return the entry that a row holds.

    Raises:
        ValueError: The row is none of an entry; the text names columns and members, never content.
    """
    seq, kind, at, attempt_id, path, name, input_digest, alone, attempts, started_at, value, detail = row
    if kind == "task.completed" and detail is None and type(value) is str:
        _check_task(row)
        return journal.TaskCompleted(
            seq, at, attempt_id, path, name, input_digest, bool(alone), attempts, started_at, value
        )
    if type(at) is not str or type(attempt_id) is not str:
        raise ValueError("at or attempt_id is no text")
    if kind not in _DETAILS:
        raise ValueError("the kind is unknown")
    make, names = _DETAILS[kind]
    members = _read_detail(detail, names)
    if issubclass(make, journal.TaskOutcome):
        _check_task(row)
        columns = (path, name, input_digest, bool(alone), attempts, started_at)
        return cast("Callable[..., Entry]", make)(seq, at, attempt_id, *columns, **members)
    if make is journal.InterruptRaised:
        _check_alone(input_digest, alone)
        members |= {"value": _string(value, "value"), "input_digest": input_digest, "alone": bool(alone)}
    elif make is journal.InterruptAnswered:
        members["value"] = _string(value, "value")
    elif value is not None:
        raise ValueError("value is not empty")
    return cast("Callable[..., Entry]", make)(seq, at, attempt_id, **members)


def _check_task(row: Row) -> None:
    _, kind, at, attempt_id, path, name, input_digest, alone, attempts, started_at, value, _ = row
    if not (type(at) is type(attempt_id) is type(path) is type(name) is type(started_at) is str):
        raise ValueError("one of at, attempt_id, path, name and started_at is no text")
    if type(attempts) is not int or attempts < 1:
        raise ValueError("attempts is no positive integer")
    if (value is None) is (kind == "task.completed"):
        raise ValueError("value is missing, or there is one too many")
    _check_alone(input_digest, alone)


def _check_alone(input_digest: object, alone: object) -> None:
    if alone not in (0, 1):
        raise ValueError("alone is neither 0 nor 1")
    if input_digest is not None and type(input_digest) is not str:
        raise ValueError("input_digest is no text")


def _read_detail(detail: object, names: Sequence[str]) -> _Members:
    found: Any = json.loads(_string(detail, "detail")) if detail is not None else {}
    if not isinstance(found, dict):
        raise ValueError("detail is no object")
    members = cast("_Members", found)
    if not members.keys() <= set(names):
        raise ValueError("detail has an unknown member")
    for name in names:
        if name in members:
            members[name] = _READERS[name](members[name], name)
        elif name not in _OPTIONAL and not (name == "error" and "interrupts" in names):
            raise ValueError(f"detail has no {name}")
    return members


def _string(value: object, name: str) -> str:
    if type(value) is not str:
        raise ValueError(f"{name} is no text")
    return value


def _strings(value: object, name: str) -> list[str]:
    if not isinstance(value, list):
        raise ValueError(f"{name} is no array")
    return [_string(each, name) for each in cast("list[object]", value)]


def _positive(value: object, name: str) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(f"{name} is no positive integer")
    return value


def _error(value: object, name: str) -> ErrorDocument:
    if not isinstance(value, dict):
        raise ValueError(f"{name} is no object")
    members = cast("_Members", value)
    if not members.keys() <= {"type", "message", "data", "path", "retryable"}:
        raise ValueError(f"{name} has an unknown member")
    return ErrorDocument(
        type=_string(members.get("type"), "error.type"),
        message=_string(members.get("message"), "error.message"),
        data=_text(members["data"]) if "data" in members else None,
        path=_string(members["path"], "error.path") if "path" in members else None,
        retryable=_flag(members["retryable"], "error.retryable") if "retryable" in members else None,
    )


def _flag(value: object, name: str) -> bool:
    if type(value) is not bool:
        raise ValueError(f"{name} is no boolean")
    return value


_DETAILS: Final[dict[str, tuple[type[Entry], tuple[str, ...]]]] = {
    "run.started": (journal.RunStarted, ("attempt",)),
    "run.resumed": (journal.RunResumed, ("attempt", "rerun")),
    "run.interrupted": (journal.RunInterrupted, ("interrupts", "error")),
    "run.completed": (journal.RunCompleted, ("checkpoint_id", "orphans")),
    "run.failed": (journal.RunFailed, ("error", "rerun", "orphans")),
    "run.stopped": (journal.RunStopped, ()),
    "task.failed": (journal.TaskFailed, ("error", "rerun")),
    "task.cancelled": (journal.TaskCancelled, ()),
    "interrupt.raised": (journal.InterruptRaised, ("id",)),
    "interrupt.answered": (journal.InterruptAnswered, ("id",)),
}
_OPTIONAL: Final = frozenset({"orphans"})
_READERS: Final[dict[str, Callable[[object, str], object]]] = {
    "attempt": _positive,
    "rerun": _strings,
    "interrupts": _strings,
    "orphans": _strings,
    "checkpoint_id": _string,
    "id": _string,
    "error": _error,
}


def checkpoint_to_row(checkpoint: Checkpoint) -> Row:
    """Return a checkpoint's columns from `seq` on."""
    each = checkpoint
    who = (each.run_id, each.entrypoint_name, each.entrypoint_version)
    values = (each.input, each.previous_id, each.value, each.saved, each.metadata)
    return (each.seq, each.id, _FORMAT, each.parent_id, each.source, each.created_at, *who, *values)


def checkpoint_from_row(thread_id: str, row: Row) -> Checkpoint:
    """Return the checkpoint that a row holds.

    Raises:
        FormatError: The row is of a newer format.
        ValueError: The row is none of a checkpoint; the text names columns, never content.
    """
    seq, id_, format_, parent_id, source, created_at, *rest = row
    if format_ != _FORMAT:
        raise FormatError(
            f"thread {thread_id!r}: checkpoint {seq} is of a format that this version does not read",
            code="format.newer",
            hint="read it with a newer version of the library",
        )
    run_id, name, version, given, previous_id, value, saved, metadata = rest
    if {type(each) for each in (id_, created_at, run_id, name, metadata)} != {str}:
        raise ValueError("a column that is never empty is no text")
    if not {type(each) for each in (parent_id, version, given, previous_id, value, saved)} <= {str, type(None)}:
        raise ValueError("a column is no text")
    begins = source in {"input", "fork"}
    if not begins and source not in {"loop", "update"}:
        raise ValueError("the source is unknown")
    if (given is None) is begins or (value is None) is not begins or (not begins and previous_id is not None):
        raise ValueError("input, previous_id and value do not fit the source")
    if saved is not None and begins:
        raise ValueError("saved stands without a value")
    values = (given, previous_id, value, saved, metadata)
    return Checkpoint(thread_id, seq, id_, parent_id, source, created_at, run_id, name, version, *values)


def holder_from_row(row: Row) -> Holder | None:
    """Return the holder that a row of `threads` names, None where it names none.

    Raises:
        ValueError: The columns are not all there or not all empty.
    """
    attempt_id, host, pid, lease_until = row
    if row == (None, None, None, None):
        return None
    if not (type(attempt_id) is type(host) is type(lease_until) is str and type(pid) is int):
        raise ValueError("a column of the holder is empty or of another type")
    parse_time(lease_until)
    return Holder(attempt_id, host, pid, lease_until)
