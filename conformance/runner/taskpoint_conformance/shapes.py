"""What JSON is made of, for type checkers: `isinstance` alone leaves the members unknown."""

from __future__ import annotations

from typing import Any, TypeGuard

__all__ = ("is_array", "is_object")


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Return whether a value is a JSON object."""
    return isinstance(value, dict)


def is_array(value: Any) -> TypeGuard[list[Any]]:
    """Return whether a value is a JSON array."""
    return isinstance(value, list)
