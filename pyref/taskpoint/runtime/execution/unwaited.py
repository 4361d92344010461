"""A call is not its value: what would take it for that says what to do instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar

from taskpoint._core.calls import Call
from taskpoint.errors import UsageError

__all__ = ("without_value",)

_OPERATORS: Final = (
    *("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow"),
    *("lshift", "rshift", "and", "xor", "or"),
)
_USES: Final = (
    *(f"__{name}__" for name in _OPERATORS),
    *(f"__r{name}__" for name in _OPERATORS),
    *("__neg__", "__pos__", "__abs__", "__invert__", "__int__", "__float__", "__complex__", "__index__", "__round__"),
    *("__lt__", "__le__", "__gt__", "__ge__", "__len__", "__iter__", "__getitem__", "__bool__", "__format__"),
)
"""Not equality, by which sets and dicts find a call; and not `str`, which is for people."""
_BESIDE: Final = {
    "__bool__": "; `call is None` tells whether there is one",
    "__format__": "; {call!r} shows the call itself",
}


class _Future(Protocol):
    call: Call


F = TypeVar("F")


def without_value(wait: str) -> Callable[[type[F]], type[F]]:
    """Make a class of futures refuse to be used as if they were values.

    It is done to the class, beside its text: for type checkers a future has none of this, so that they refuse it first.
    An attribute that is not there stays Python's own error: to say more would slow the look-up of those that are.

    Args:
        wait: How the value is waited for.
    """

    def wrap(cls: type[F]) -> type[F]:
        for name in _USES:
            setattr(cls, name, _refusing(f"{wait}, and use what that gives{_BESIDE.get(name, '')}"))
        return cls

    return wrap


def _refusing(hint: str) -> Callable[..., Any]:
    def refuse(self: _Future, *_: object) -> None:
        raise UsageError(
            f"the call at {self.call.path} was used as if it were its value", code="usage.no_value", hint=hint
        )

    return refuse
