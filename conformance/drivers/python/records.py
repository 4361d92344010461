"""Declared types: a class of Python for a record type of a program, and its values as the maps that statements see."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass, make_dataclass
from typing import Any, TypeGuard

__all__ = ("plain", "record")

_TYPES = {"integer": int, "string": str}
_MARK = "is_record"


def record(name: str, members: dict[str, str]) -> type[Any]:
    """Return a class for a record type."""
    fields = [(member, _TYPES[kind]) for member, kind in members.items()]
    return make_dataclass(name.replace(" ", "_"), fields, namespace={_MARK: True})


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def plain(value: Any) -> Any:
    """Return a value with each record in it as a map."""
    if _is_list(value):
        return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type) and hasattr(value, _MARK):
        return asdict(value)
    return value
