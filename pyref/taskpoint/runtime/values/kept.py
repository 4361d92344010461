"""Whether a value comes back as what it was (`TYP-005`)."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple

from taskpoint import codec
from taskpoint.codec import type_of
from taskpoint.errors import ValueEncodingError

__all__ = ("Change", "changes")

_SETTLED: Final[frozenset[type]] = frozenset({str, int, float, bool, type(None)})
_LISTS: Final[frozenset[type]] = frozenset({list, tuple})
_CONTAINERS: Final[frozenset[type]] = _LISTS | {dict, set, frozenset}
_NUMBERS: Final[frozenset[type]] = frozenset({complex, Decimal})
"""What may be NaN, which equals nothing."""

_Parts = Iterator[tuple[str, Any, Any]]
"""A step of a path, with what stands there in a value and in what comes back of it."""


class Change(NamedTuple):
    """A place where a value does not come back as what it was.

    Attributes:
        path: Where in the value.
        was: What stood there.
        became: What would stand there.
    """

    path: str
    was: object
    became: object


def changes(was: Any, became: Any, *, exactly: bool, path: str = "$") -> Iterator[Change]:
    """Yield where an instance of a class comes back as something else.

    Plain data may become what its declaration makes of it: a dict a model, a list a tuple.

    Args:
        was: The value.
        became: What comes back of it.
        exactly: Whether scalars have to be equal, too: where some have no encoding, nothing but this says that their
            JSON forms hold all of them.
        path: Where the value stands.

    Raises:
        ValueEncodingError: A scalar that has an encoding in general has none.
    """
    kind = type_of(was)
    if kind in _SETTLED:
        return
    if codec.is_registered(kind):
        if type_of(became) is not kind and type_of(became) is not type_of(codec.decode(codec.encode(was))):
            yield Change(path, was, became)  # the annotation read it, not its extension
        return
    if kind is not type_of(became) and not (kind in _LISTS and type_of(became) in _LISTS):
        if not codec.has_encoding(kind) or (exactly and kind not in _CONTAINERS):
            yield Change(path, was, became)
        return
    if kind is deque and was.maxlen != became.maxlen:
        yield Change(path, was, became)
        return
    parts = _parts(kind, was, became)
    if parts is not None:
        for step, part, other in parts:
            yield from changes(part, other, exactly=exactly, path=path + step)
    elif exactly:
        if codec.has_encoding(kind):
            _check(was, path)
        if not _are_equal(was, became):
            yield Change(path, was, became)


def _check(scalar: object, path: str) -> None:
    """Refuse what a JSON form hides: a datetime without a time zone (`VAL-056`)."""
    try:
        codec.encode(scalar)
        return
    except ValueEncodingError as error:
        message, code, hint = error.message.removesuffix("$") + path, error.code, error.hint
    raise ValueEncodingError(message, path=path, code=code, hint=hint)


def _are_equal(was: Any, became: Any) -> bool:
    try:
        return bool(was == became) or (type_of(was) in _NUMBERS and repr(was) == repr(became))
    except Exception:  # noqa: BLE001 - what cannot be compared is not proved to be equal
        return False


def _parts(kind: type[Any], was: Any, became: Any) -> _Parts | None:
    """Yield the parts of two values of one type; None where it has none that could be compared one by one."""
    if issubclass(kind, dict):
        return _parts_of_dicts(was, became)
    if issubclass(kind, list | tuple | deque):
        return ((f"[{place}]", part, other) for place, (part, other) in enumerate(zip(was, became, strict=False)))
    if issubclass(kind, set | frozenset):
        return _twins(was, became)
    names = _members(kind, was)
    return None if names is None else ((f".{name}", _at(was, name), _at(became, name)) for name in names)


def _parts_of_dicts(was: dict[Any, Any], became: dict[Any, Any]) -> _Parts:
    yield from _twins(was, became)
    for key, item in was.items():
        if key in became:
            yield codec.step(key), item, became[key]


def _twins(was: Iterable[Any], became: Iterable[Any]) -> _Parts:
    """Yield members of a set, or keys, with those that equal them."""
    members = [member for member in was if type_of(member) not in _SETTLED]
    if members:
        others = {other: other for other in became}
        for member in members:
            yield "[?]", member, others.get(member)


def _members(kind: type[Any], value: Any) -> Iterable[str] | None:
    """Return the names of what is recorded of an object; None where it is no record."""
    fields = getattr(kind, "__pydantic_fields__", None)
    if fields is not None:
        names = [name for name, field in fields.items() if not (field.exclude or getattr(field, "exclude_if", None))]
        return [*names, *(getattr(value, "__pydantic_extra__", None) or ())]
    if dataclasses.is_dataclass(kind):
        return [field.name for field in dataclasses.fields(kind)]
    return None


def _at(value: Any, name: str) -> Any:
    return getattr(value, name, None)
