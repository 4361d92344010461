"""Compares what came with what a fixture expects: strictly, except where the fixture writes its latitude down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from taskpoint_conformance.canonical import same
from taskpoint_conformance.shapes import is_array, is_object

__all__ = ("Bindings", "Difference", "difference", "is_latitude", "resolve")

Bindings = dict[str, Any]
_OPERATORS: Final = frozenset({"$any", "$bind", "$unordered", "$oneOf"})
_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where something else came than was expected."""

    path: str
    reason: str
    expected: Any = field(default=None)
    actual: Any = field(default=None)

    def __str__(self) -> str:
        return f"{self.path or 'it'}: {self.reason}"


def is_latitude(expected: Any) -> bool:
    """Return whether an expectation is one of the operators.

    Example:
        >>> is_latitude({"$any": True}), is_latitude({"$bytes": ""})
        (True, False)
    """
    return is_object(expected) and len(expected) == 1 and next(iter(expected)) in _OPERATORS


def resolve(value: Any, bindings: Bindings) -> Any:
    """Replace `{$bind: name}` by what was bound, in what a step gives to the driver.

    Example:
        >>> resolve({"checkpoint_id": {"$bind": "first"}}, {"first": "c0"})
        {'checkpoint_id': 'c0'}
    """
    if is_object(value):
        if value.keys() == {"$bind"}:
            return bindings[value["$bind"]]
        return {key: resolve(each, bindings) for key, each in value.items()}
    return [resolve(each, bindings) for each in value] if is_array(value) else value


def difference(expected: Any, actual: Any, bindings: Bindings, path: str = "") -> Difference | None:
    """Return the first difference, None where there is none; `bindings` grows by what is bound.

    Example:
        >>> bound = {}
        >>> difference([{"$bind": "id"}, {"$bind": "id"}], ["a", "b"], bound).path
        '[1]'
        >>> difference({"a": {"$unordered": [1, 2]}}, {"a": [2, 1]}, bound) is None
        True
    """
    if is_latitude(expected):
        return _latitude(expected, actual, bindings, path)
    if is_object(expected) and is_object(actual):
        for key in [*expected, *(key for key in actual if key not in expected)]:
            left, right = expected.get(key, _ABSENT), actual.get(key, _ABSENT)
            member = f"{path}.{key}" if path else str(key)
            if left is _ABSENT:
                return Difference(member, "not expected here", None, right)
            if right is _ABSENT:
                return Difference(member, "missing", left, None)
            if found := difference(left, right, bindings, member):
                return found
        return None
    if is_array(expected) and is_array(actual):
        for place, (left, right) in enumerate(zip(expected, actual, strict=False)):
            if found := difference(left, right, bindings, f"{path}[{place}]"):
                return found
        if len(expected) != len(actual):
            return Difference(path, f"{len(expected)} expected, {len(actual)} came", expected, actual)
        return None
    if same(expected, actual):
        return None
    return Difference(path, "differs", expected, actual)


def _latitude(expected: dict[str, Any], actual: Any, bindings: Bindings, path: str) -> Difference | None:
    [(operator, operand)] = expected.items()
    if operator == "$any":
        return None
    if operator == "$bind":
        if operand not in bindings:
            bindings[operand] = actual
            return None
        return difference(bindings[operand], actual, {}, path)
    if operator == "$oneOf":
        for choice in operand:
            trial = dict(bindings)
            if difference(choice, actual, trial, path) is None:
                bindings.update(trial)
                return None
        return Difference(path, "is none of the choices", operand, actual)
    if not is_array(actual) or len(actual) != len(operand):
        return Difference(path, f"{len(operand)} items expected in any order", operand, actual)
    found = _assign(operand, actual, bindings)
    if found is None:
        return Difference(path, "differs in any order", operand, actual)
    bindings.update(found)
    return None


def _assign(expected: list[Any], actual: list[Any], bindings: Bindings) -> Bindings | None:
    """Pair every expected item with another actual one; None where there is no way."""
    if not expected:
        return bindings
    for place, candidate in enumerate(actual):
        trial = dict(bindings)
        if difference(expected[0], candidate, trial) is None:
            found = _assign(expected[1:], actual[:place] + actual[place + 1 :], trial)
            if found is not None:
                return found
    return None
