"""What a refused document is told: the place and the reason, never the content (`ERR-001`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from taskpoint.errors import FormatError
from taskpoint.models.values import is_array, is_object

__all__ = ("refusal", "validated")

T = TypeVar("T")

_WORDS: Final = {
    "bool_type": "is not a boolean",
    "dict_type": "is not an object",
    "extra_forbidden": "is not a member of this document",
    "greater_than_equal": "is too small",
    "int_type": "is not an integer",
    "less_than_equal": "is too large",
    "list_type": "is not an array",
    "missing": "is missing",
    "model_attributes_type": "is not an object",
    "model_type": "is not an object",
    "null": "is null where it may only be absent",
    "repeated": "holds an item twice",
    "string_too_long": "is too long",
    "string_too_short": "is empty",
    "string_type": "is not a string",
    "string_unicode": "holds a lone surrogate",
    "too_short": "is empty",
    "union_tag_invalid": "has a kind or source that this version does not know",
    "union_tag_not_found": "has no kind or no source",
}
_PLAIN_KEY: Final = re.compile(r"[$]?[A-Za-z_][A-Za-z0-9_]{0,63}")
_VERSIONS: Final = {
    "checkpoint": re.compile(r"([0-9]{1,9})[.]([0-9]{1,9})"),
    "thread": re.compile(r"taskpoint[.]thread/([0-9]{1,9})()"),
}


def validated(adapter: TypeAdapter[T], document: object, where: str) -> T:
    """Return the model of a document.

    Args:
        adapter: The model's.
        document: As a JSON parser returns it.
        where: What the document is, for the error's text, e.g. ``"thread 't1'"``.

    Raises:
        FormatError: The document is not what its schema demands (``format.invalid``),
            or is of a format that came later (``format.newer``).
    """
    try:
        return adapter.validate_python(document)
    except ValidationError as error:
        raise refusal(document, error, where) from None


def refusal(document: object, error: ValidationError, where: str) -> FormatError:
    """Return what is raised for a document that its model refuses."""
    details = error.errors(include_url=False, include_input=False)
    if any(map(_is_newer, _with_format(document))):
        return FormatError(
            f"{where}: the format is newer than this version of Taskpoint reads",
            code="format.newer",
            hint="update Taskpoint, or read it with the version that wrote it",
        )
    first = details[0]
    place = "".join(_steps(document, first)) + _inner(first)
    reason = first.get("ctx", {}).get("reason") or _WORDS.get(first["type"], "is malformed")
    return FormatError(f"{where}: {place.lstrip('.') or 'it'} {reason}")


def _steps(document: object, detail: ErrorDetails) -> Iterator[str]:
    """Yield the steps of the way to an error, as they are written.

    pydantic's own location also has steps that the document does not: a union's choice, for one.
    """
    node: Any = document
    entered = True
    for step in detail["loc"]:
        if is_object(node):
            if entered and step in (node.get("kind"), node.get("source")):
                entered = False
                continue
            if step not in node:
                if detail["type"] == "missing":
                    yield _written(step)
                continue
            node = node[step]
        elif is_array(node) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            return
        entered = True
        yield _written(step)


def _written(step: str | int) -> str:
    """Return a step of a place; a key that is no plain word could be anybody's data and is not repeated."""
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _PLAIN_KEY.fullmatch(step) else ".*"


def _inner(detail: ErrorDetails) -> str:
    """Return the place inside an encoded value."""
    return "".join(_written(step) for step in detail.get("ctx", {}).get("trail", ()))


def _with_format(document: Any) -> Iterator[Any]:
    """Yield the document and, of a thread, its checkpoints: what carries a format of its own."""
    yield document
    journals = document.get("checkpoints") if is_object(document) else None
    if is_array(journals):
        yield from (journal.get("checkpoint") for journal in journals if is_object(journal))


def _is_newer(document: Any) -> bool:
    """Say whether a document is of a format above 1.0 (`JRN-021`)."""
    kind, written = (document.get("kind"), document.get("format")) if is_object(document) else (None, None)
    if not isinstance(kind, str) or kind not in _VERSIONS or not isinstance(written, str):
        return False
    match = _VERSIONS[kind].fullmatch(written)
    return match is not None and (int(match[1]), int(match[2] or 0)) > (1, 0)
