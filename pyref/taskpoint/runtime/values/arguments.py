"""A call's arguments as its input digest sees them (`IDN-040` ff.)."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from taskpoint import codec
from taskpoint.errors import UsageError

__all__ = ("ArgumentNames",)


class ArgumentNames:
    """The positions of a function's parameters, worked out once."""

    __slots__ = ("bound", "bound_by_name", "fixed", "given", "names", "signature")

    def __init__(self, func: Callable[..., object], *, skip_self: bool = False, given: Iterable[str] = ()) -> None:
        self.given = tuple(given)
        """Parameters that the run fills where the caller does not (`CTX-003`)."""
        self.bound: tuple[object, ...] = ()
        self.bound_by_name: dict[str, object] = {}
        while isinstance(func, functools.partial):  # a partial's arguments count (IDN-043)
            self.bound = (*func.args, *self.bound)
            self.bound_by_name = {**func.keywords, **self.bound_by_name}
            func = func.func
        try:
            self.signature: inspect.Signature | None = inspect.signature(func)
        except (TypeError, ValueError):  # some built-in functions do not tell
            self.signature = None
        parameters = list(self.signature.parameters.values()) if self.signature else []
        positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        names = [p.name for p in parameters if p.kind in positional]
        self.names = names[1:] if skip_self else names
        self.fixed = -1
        """How many arguments always fit by position; -1 where that is not one number."""
        if self.signature and all(p.kind in positional and p.default is p.empty for p in parameters):
            self.fixed = len(names) - len(self.bound)

    def check(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, object]) -> None:
        """Refuse arguments that the function does not take, where the call is made (`IDN-045`).

        Raises:
            UsageError: Code ``usage.argument_mismatch``.
        """
        if self.signature is None or (len(args) == self.fixed and not kwargs):
            return
        try:
            named = {**self.bound_by_name, **kwargs}
            if self.given:
                filled = self.signature.bind_partial(*self.bound, *args, **named).arguments
                named |= dict.fromkeys(name for name in self.given if name not in filled)
            self.signature.bind(*self.bound, *args, **named)
        except TypeError as error:
            raise UsageError(
                f"the arguments do not fit the task {name!r}: {error}",
                code="usage.argument_mismatch",
                hint=f"its parameters are {self.signature}",
            ) from None

    def digest(self, args: tuple[Any, ...], kwargs: Mapping[str, object]) -> str:
        """Return the input digest of a call: named arguments count at their positions (`IDN-041`)."""
        if self.bound:
            args = (*self.bound, *args)
        if not kwargs and not self.bound_by_name:
            return codec.digest_arguments(args)
        rest = {**self.bound_by_name, **kwargs}
        row = list(args)
        for name in self.names[len(row) :]:
            if name not in rest:  # a hole: what is behind it stays named
                break
            row.append(rest.pop(name))
        return codec.digest_arguments(row, rest)
