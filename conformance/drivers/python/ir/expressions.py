"""What a program can compute. A driver adds the forms that ask its library."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeGuard

__all__ = ("FORMS", "HOSTS", "Variables", "evaluate", "is_array", "is_object")

Variables = Mapping[str, Any]


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Tell whether a JSON tree is an array."""
    return isinstance(value, list)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Tell whether a JSON tree is an object."""
    return isinstance(value, dict)


def _cyclic() -> list[Any]:
    items: list[Any] = []
    items.append(items)
    return items


def _too_deep() -> list[Any]:
    items: list[Any] = []
    for _ in range(128):
        items = [items]
    return items


HOSTS: Final[Mapping[str, Callable[[], Any]]] = {
    "unencodable": object,
    "lone_surrogate": lambda: "\ud800",
    "cyclic": _cyclic,
    "naive_datetime": lambda: datetime(2026, 3, 1, 10, 0),  # noqa: DTZ001 - the point of it
    "int_key_map": lambda: {1: "a"},
    "too_deep": _too_deep,
    "nan": lambda: float("nan"),
    "infinity": lambda: float("inf"),
    "tuple": lambda: (1, 2),
    "function": lambda: _same,
}
"""Values that only Python has, by the names of the IR."""


def _concat(*parts: Any) -> Any:
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + part
    return joined


def _same(left: Any, right: Any) -> bool:
    """Compare as JSON does: Python takes True for 1."""
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


_OPERATORS: Final[Mapping[str, Callable[..., Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "==": _same,
    "!=": lambda *operands: not _same(*operands),
    "<": operator.lt,
    "<=": operator.le,
    "not": operator.not_,
    "concat": _concat,
    "len": len,
}


def _operate(operation: list[Any], variables: Variables) -> Any:
    name, *operands = operation
    if name in {"and", "or"}:
        value: Any = name == "and"
        for operand in operands:
            value = evaluate(operand, variables)
            if bool(value) == (name == "or"):
                return value
        return value
    return _OPERATORS[name](*(evaluate(operand, variables) for operand in operands))


FORMS: Final[dict[str, Callable[[Any, Variables], Any]]] = {
    "$var": lambda name, variables: variables[name],
    "$list": lambda items, variables: [evaluate(item, variables) for item in items],
    "$dict": lambda members, variables: {name: evaluate(each, variables) for name, each in members.items()},
    "$get": lambda pair, variables: evaluate(pair[0], variables)[evaluate(pair[1], variables)],
    "$op": _operate,
    "$host": lambda name, _: HOSTS[name](),
}
"""What each form means, given its body."""


def evaluate(expression: Any, variables: Variables) -> Any:
    """Return the value of an expression, in a program that was checked before."""
    if not is_object(expression):
        return expression
    ((form, body),) = expression.items()
    return FORMS[form](body, variables)
