"""What the walks share: limits, the refusal they raise, and the values that Python has no type of its own for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from taskpoint.errors import ValueEncodingError

__all__ = ("MAX_DEPTH", "MAX_DIGITS", "MAX_SAFE", "Carried", "ErrorValue", "Ext", "Refusal", "Tree", "type_of")

MAX_SAFE = 2**53 - 1
"""The largest integer that every language can hold as a number (`VAL-010`)."""
MAX_DEPTH = 128
"""How many arrays and objects of the encoding may enclose one another (`VAL-040`)."""
MAX_DIGITS = 4096
"""How many digits `$int` and the coefficient of `$decimal` may have (`VAL-051`)."""

_MAX_STEPS = 32

type_of: Callable[[object], type[Any]] = type
"""`type`, without what a type checker would conclude from it about the members of a list."""

Tree = object
"""A JSON tree: None, bool, int, float, str, list of trees, dict of trees by str."""


@dataclass(frozen=True, slots=True)
class Ext:
    """A value of an extension type, carried as it came (`VAL-059`).

    Attributes:
        name: The name of the type, e.g. ``com.acme/Money``; it never names a class.
        v: The version of its form.
        data: Any value.
    """

    name: str
    v: int
    data: object = None


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """An error that is a value, e.g. one that came back from a gather (`VAL-058`).

    Attributes:
        type: The plain name of the error.
        message: Its text.
        data: Any value, or None.
        path: The path of the call that failed, or None.
        retryable: Whether running again may help, or None where nobody said.
    """

    type: str
    message: str
    data: object = None
    path: str | None = None
    retryable: bool | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """A tagged value that Python cannot hold exactly, carried so that it is encoded again as it came (`VAL-057`).

    Attributes:
        tag: The tag, e.g. ``$datetime``.
        text: What stood under it, as canonical JSON.

    Example:
        >>> from taskpoint.codec import decode, encode
        >>> decode('{"$datetime":"2025-06-15T10:30:00.123456789Z"}')
        Carried(tag='$datetime', text='"2025-06-15T10:30:00.123456789Z"')
        >>> encode(_)
        '{"$datetime":"2025-06-15T10:30:00.123456789Z"}'
    """

    tag: str
    text: str


class Refusal(Exception):
    """A refusal on its way out of a walk; each level adds its own step to the path."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.steps: list[str] = []

    def error(self) -> ValueEncodingError:
        """The public form, with the whole path."""
        steps = self.steps[::-1]
        # A cycle has a path of 128 steps; its beginning is what helps.
        path = "$" + "".join(steps if len(steps) <= _MAX_STEPS else [*steps[:_MAX_STEPS], "..."])
        return ValueEncodingError(f"{self.message} at {path}", path=path, code=self.code, hint=self.hint)
