"""What a program can compute: pure, and without any library, so that drivers of several can share it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeGuard

__all__ = ("HOSTS", "Evaluator", "is_array", "is_object")


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


class Evaluator:
    """Evaluates expressions.

    Args:
        literal: Decodes a value that is written in its encoding.
        asked: Answers a form that asks the library where the code runs, given the form and its body.
    """

    def __init__(self, literal: Callable[[Any], Any], asked: Callable[[str, Any], Any]) -> None:
        self._literal = literal
        self._asked = asked

    def __call__(self, expression: Any, variables: Mapping[str, Any]) -> Any:
        """Return the value of an expression, in a program that was checked before."""
        if not is_object(expression):
            return expression
        ((form, body),) = expression.items()
        match form:
            case "$var":
                return variables[body]
            case "$list":
                return [self(item, variables) for item in body]
            case "$dict":
                return {key: self(item, variables) for key, item in body.items()}
            case "$get":
                return self(body[0], variables)[self(body[1], variables)]
            case "$op":
                return self._operate(body[0], body[1:], variables)
            case "$lit":
                return self._literal(body)
            case "$host":
                return HOSTS[body]()
            case _:
                return self._asked(form, body)

    def _operate(self, name: str, operands: list[Any], variables: Mapping[str, Any]) -> Any:
        if name in {"and", "or"}:
            value: Any = name == "and"
            for operand in operands:
                value = self(operand, variables)
                if bool(value) == (name == "or"):
                    return value
            return value
        return _OPERATORS[name](*(self(operand, variables) for operand in operands))
