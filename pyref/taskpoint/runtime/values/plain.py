"""What pydantic dumps, as plain data: what has no encoding stands there in its JSON form (`TYP-005`)."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, Final, NoReturn

from taskpoint import codec
from taskpoint.codec import type_of

__all__ = ("Foreign", "foreign_in", "plain", "undescribed")

_AS_THEY_ARE: Final[frozenset[type]] = frozenset({str, int, float, bool, type(None)})
_HOLD_OTHERS: Final[frozenset[type]] = frozenset({dict, list, tuple, set, frozenset})


class Foreign(Exception):
    """A value that has no encoding, and no JSON form."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = value


def undescribed(value: object) -> NoReturn:
    """Be the description of values that have none.

    Raises:
        Foreign: Always.
    """
    raise Foreign(value)


def foreign_in(value: Any) -> list[object]:
    """Return the first part of a value that has no encoding as it is, in a list that is empty where there is none."""
    kind = type_of(value)
    if not codec.has_encoding(kind):
        return [] if codec.is_registered(kind) else [value]
    parts: Iterable[Any] = value if kind in _HOLD_OTHERS else ()
    for part in chain(parts, value.values() if kind is dict else ()):
        found = foreign_in(part)
        if found:
            return found
    return []


def plain(value: Any, described: Any = undescribed) -> Any:
    """Return a value as data that has an encoding.

    Args:
        value: As pydantic dumps it for Python: containers, scalars, enumerations, and what it leaves as it is.
        described: The same as pydantic dumps it for JSON; or a function that returns this for a part of it.

    Raises:
        Foreign: Something in it has no encoding, and is not described.
    """
    kind = type_of(value)
    if kind in _AS_THEY_ARE or codec.is_registered(kind):
        return value
    if issubclass(kind, enum.Enum):
        return plain(value.value, described)
    if issubclass(kind, dict):
        return _walked(_plain_dict, value, described)
    if issubclass(kind, list | tuple | deque):
        return _walked(_plain_list, value, described)
    if issubclass(kind, set | frozenset):
        return _walked(_plain_set, value, described)
    if codec.has_encoding(kind):
        return value
    form = described(value) if callable(described) else described
    return undescribed(value) if foreign_in(form) else form


def _walked(walk: Callable[[Any, Any], Any], value: object, described: Any) -> Any:
    try:
        return walk(value, described)
    except Foreign:
        if callable(described):
            raise
        return described  # its JSON form is not made of those of its members


def _inherited(described: Any) -> Any:
    """Return what describes members whose container is described otherwise."""
    return described if callable(described) else undescribed


def _plain_list(value: Iterable[object], described: Any) -> list[Any]:
    items = list(value)
    paired = type_of(described) is list and len(described) == len(items)
    forms = described if paired else [_inherited(described)] * len(items)
    return list(map(plain, items, forms))


def _plain_dict(value: dict[object, object], described: Any) -> dict[Any, Any]:
    paired = type_of(described) is dict and len(described) == len(value)
    forms = described.items() if paired else [(_inherited(described),) * 2] * len(value)
    made = {
        _hashable(plain(key, key_form)): plain(item, form)
        for (key, item), (key_form, form) in zip(value.items(), forms, strict=True)
    }
    return made if len(made) == len(value) else undescribed(value)


def _plain_set(value: set[object], described: Any) -> set[Any]:
    try:
        made = {_hashable(plain(member, _inherited(described))) for member in value}
    except Foreign:
        if type_of(described) is not list:
            raise
        made = set(map(_hashable, described))  # all of them: a set has no order in which to pair them
    return made if len(made) == len(value) else undescribed(value)


def _hashable(value: Any) -> Any:
    """Return plain data as a set or the keys of a dict can hold it."""
    kind = type_of(value)
    if kind is list:
        return tuple(map(_hashable, value))
    if kind is set:
        return frozenset(value)
    return undescribed(value) if kind is dict else value
