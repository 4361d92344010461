"""What every store and cache checks at the door."""

from __future__ import annotations

from typing import Any, Final

from taskpoint import codec
from taskpoint._numbers import is_number
from taskpoint._refusing import NO_MEANING
from taskpoint.errors import UsageError, ValueEncodingError
from taskpoint.savers._rules import check_id
from taskpoint.stores._filters import is_map

__all__ = (
    "check_choice",
    "check_count",
    "check_key",
    "check_namespace",
    "check_ttl",
    "check_value",
    "encode_value",
    "refuse_index",
    "refuse_query",
)

MAX_SEGMENTS: Final = 64
_MAX_TTL: Final = 1e9


def check_namespace(namespace: object, *, empty: bool = False) -> tuple[str, ...]:
    """Return a namespace as a tuple of segments, each of which is an id (`MEM-003`)."""
    if not isinstance(namespace, tuple | list):
        raise UsageError(
            f"a namespace is of type {type(namespace).__name__}, not a tuple",
            code="usage.id_invalid",
            hint='write ("users", user_id): one string for each segment',
        )
    segments: tuple[Any, ...] = tuple(namespace)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if not (empty or segments) or len(segments) > MAX_SEGMENTS:
        raise UsageError(
            f"a namespace has {len(segments)} segments, not 1 to {MAX_SEGMENTS}",
            code="usage.id_invalid",
            hint='write ("users", user_id): one string for each segment',
        )
    for segment in segments:
        check_id(segment, "segment of the namespace")
    return segments


def check_key(key: object) -> None:
    """Refuse a key that is no id (`MEM-003`)."""
    check_id(key, "key")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - it is checked there


def check_count(name: str, value: object, *, least: int = 0) -> None:
    """Refuse an option that is no count."""
    if type(value) is not int or value < least:
        raise UsageError(f"{name}= is not a count", hint=f"pass a number from {least} on")


def check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Refuse an option that is none of the choices."""
    if type(value) is not str or value not in choices:
        raise UsageError(f"{name} is unknown", hint=f"use one of {', '.join(choices)}")


def check_ttl(name: str, ttl: object, most: float = _MAX_TTL) -> None:
    """Refuse a time to live that is no positive number, or too large a one."""
    if ttl is not None and (not is_number(ttl, most=most) or ttl == 0):
        raise UsageError(
            f"{name}= is not a positive number of at most {most:g}", hint="leave it out for what is to stay"
        )


def refuse_query(query: object) -> None:
    """Refuse a search by meaning (`MEM-013`)."""
    if query is not None:
        raise UsageError("query= is not offered", hint=NO_MEANING)


def refuse_index(index: object) -> None:
    """Refuse to index fields for a search by meaning; False asks for nothing (`MEM-013`)."""
    if index is not None and index is not False:
        raise UsageError("index= is not offered", hint=NO_MEANING)


def check_value(value: object) -> None:
    """Refuse a value that is no map with text keys (`MEM-004`)."""
    if not is_map(value):
        raise UsageError(
            f"the value of an item is of type {type(value).__name__}, not a dict with string keys",
            hint='wrap it: {"value": ...}',
        )


def encode_value(value: object) -> str:
    """Return the encoding of an item's value (`MEM-004`)."""
    check_value(value)
    try:
        return codec.encode(value)
    except ValueEncodingError as error:
        hint = (
            "put plain data: dicts, lists, strings, numbers ..." if error.code == "value.not_encodable" else error.hint
        )
        refused = ValueEncodingError(error.message, path=error.path, code=error.code, hint=hint)
    raise refused
