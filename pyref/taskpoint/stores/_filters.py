"""Filters: what an item's value must be like, decided on values and never by the database (`MEM-020` ff.)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias, TypeGuard, cast

from taskpoint import codec
from taskpoint.codec._model import type_of
from taskpoint.errors import UsageError

__all__ = ("Condition", "compile_filter", "is_map")

Condition: TypeAlias = Callable[[Any], bool]
_Rank: TypeAlias = tuple[str, Any]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FRACTION: Final = re.compile(r"\.([0-9]+)")
_ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}
_KNOWN: Final = "$eq, $ne, $gt, $gte, $lt and $lte"


def compile_filter(filter: object) -> Condition:
    """Return the test that a filter describes.

    Raises:
        UsageError: It is no filter.
        ValueEncodingError: A value in it has no encoding.
    """
    given: Any = filter
    if isinstance(given, Mapping):
        given = dict(cast("Mapping[object, object]", given))
    _, plain = codec.encode_and_decode(given)
    if not is_map(plain):
        raise UsageError(
            "filter= is not a dict with string keys", hint='write {"status": "open"} or {"score": {"$gt": 4}}'
        )
    return _members(plain)


def _members(conditions: dict[str, Any]) -> Condition:
    """An object whose members fit; one that is absent counts as null (`MEM-021`)."""
    parts = [(name, _condition(each)) for name, each in conditions.items()]
    return lambda value: is_map(value) and all(fits(value.get(name)) for name, fits in parts)


def _condition(wanted: Any) -> Condition:
    if not is_map(wanted):
        return _equals(wanted)
    if not any(name.startswith("$") for name in wanted):
        return _members(wanted)
    parts = [_operation(name, operand) for name, operand in wanted.items()]
    return lambda value: all(fits(value) for fits in parts)


def _operation(name: str, operand: Any) -> Condition:
    if name == "$eq":
        return _equals(operand)
    if name == "$ne":
        equals = _equals(operand)
        return lambda value: not equals(value)
    if name not in _ORDERS:
        raise UsageError(
            "a condition of filter= has an operator that does not exist, or operators beside names of members",
            hint=f'the operators are {_KNOWN}; compare with {{"$eq": ...}} what has keys that start with $',
        )
    return _ordered(_ORDERS[name], operand)


def _equals(operand: Any) -> Condition:
    """Equal as values are: by their canonical encoding, so that 1 is 1.0 and not true (`MEM-022`)."""
    wanted = codec.canonical(operand)
    return lambda value: codec.canonical(value) == wanted


def _ordered(compare: Callable[[Any, Any], bool], operand: Any) -> Condition:
    """Before or after, among numbers, among texts and among points in time (`MEM-023`)."""
    wanted = _rank(operand)
    if wanted is None:
        raise UsageError(
            "an operand of filter= has no order", hint="$gt, $gte, $lt and $lte take a number, a text or a datetime"
        )
    kind, place = wanted

    def fits(value: Any) -> bool:
        found = _rank(value)
        return found is not None and found[0] == kind and compare(found[1], place)

    return fits


def _rank(value: Any) -> _Rank | None:
    """Return what a value is ordered by, None where it has no order."""
    kind = type_of(value)
    if kind is int or kind is float:
        return None if value != value else ("number", value)  # noqa: PLR0124 - NaN comes neither before nor after
    if kind is str:
        return "text", value
    if kind is datetime:
        return "instant", _instant(value, value.microsecond * 1000)
    if kind is codec.Carried and value.tag == "$datetime":
        return _carried_instant(value.text)
    return None


def _carried_instant(text: str) -> _Rank | None:
    """Return the place of a time that is finer than a microsecond, or otherwise beyond Python's own."""
    fraction = _FRACTION.search(text)
    try:
        return "instant", _instant(
            datetime.fromisoformat(text.strip('"')), int(fraction[1].ljust(9, "0")) if fraction else 0
        )
    except (ValueError, OverflowError):
        return None


def _instant(moment: datetime, nanoseconds: int) -> tuple[int, int]:
    since = moment - _EPOCH
    return since.days * 86_400 + since.seconds, nanoseconds


def is_map(value: object) -> TypeGuard[dict[str, Any]]:
    """Tell whether a value is a map with text keys, which is encoded as an object."""
    return type(value) is dict and all(type(key) is str for key in cast("dict[object, object]", value))
