"""Both forms of a definition, the decorator and the named one, become one normalised definition (`TSK-001`)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard

from taskpoint.errors import UsageError
from taskpoint.runtime.values.functions import base_function

__all__ = (
    "Uncallable",
    "check_function",
    "check_name",
    "function_name",
    "is_label",
    "split_forms",
)

_MAX_NAME = 255


class Uncallable:
    """What is not called by itself, and says how it is used; for type checkers it has no call at all."""

    name: str
    is_async: bool

    if not TYPE_CHECKING:

        def __call__(self, *_: object, **__: object) -> NoReturn:
            """Say how it is run."""
            verb = "await {}.ainvoke(...)" if self.is_async else "{}.invoke(...)"
            raise UsageError(
                f"the entrypoint {self.name!r} is not called like a function",
                code="usage.not_callable",
                hint=f"write {verb.format(self.name)}; inside a run that is a call of it, recorded like one of a task",
            )


def split_forms(
    kind: str, first: object, second: object, options: dict[str, Any]
) -> tuple[str | None, object, dict[str, Any]]:
    """Sort the arguments of `task(...)` or `entrypoint(...)` into name, function (None: a decorator) and options.

    Raises:
        UsageError: A named form lacks its function, or the arguments are none of the forms.
    """
    if isinstance(first, str | Mapping):
        if isinstance(first, Mapping):
            options = {**first, **options}
            name = options.pop("name", None)
        else:
            name = first
        if second is None:
            raise UsageError(
                f"the function of {kind}({'{...}' if isinstance(first, Mapping) else repr(first)}) is missing",
                code="usage.function_missing",
                hint=f'write {kind}("name", function), or decorate a function with @{kind}(name="...")',
            )
        return name, second, options
    if second is not None:
        raise UsageError(
            f"the first of two arguments of {kind}(...) is neither a name nor a dict of options",
            code="usage.not_callable",
            hint=f'write {kind}("name", function)',
        )
    return options.pop("name", None), first, options


def is_label(text: object) -> TypeGuard[str]:
    """Tell whether something can be a name or a key: 1 to 255 Unicode scalar values (`TSK-006`)."""
    return type(text) is str and 0 < len(text) <= _MAX_NAME and not any("\ud800" <= char <= "\udfff" for char in text)


def check_name(kind: str, name: object) -> str:
    """Return a name if it is one (`TSK-006`)."""
    if not is_label(name):
        raise UsageError(
            f"the name of this {kind} is not a string of 1 to {_MAX_NAME} characters",
            code="usage.name_invalid",
            hint="give a short, stable name: it is part of what is stored",
        )
    return name


def check_function(kind: str, func: object) -> Callable[..., Any]:
    """Return the function if it can be run as a task or an entrypoint.

    Raises:
        UsageError: It is no callable, or a generator.
    """
    if not callable(func) or isinstance(func, Uncallable):
        raise UsageError(
            f"{kind}() needs a function, not {type(func).__name__}",
            code="usage.not_callable",
            hint=f'write {kind}("name", function) or put @{kind} directly above a function',
        )
    base = base_function(func)
    if inspect.isgeneratorfunction(base) or inspect.isasyncgenfunction(base):
        raise UsageError(
            f"{kind}() does not take a generator function",
            code="usage.generator",
            hint="return a list instead of yielding",
        )
    return func


def function_name(kind: str, func: object) -> str:
    """Return the name that a function has by itself; a lambda has none (`TSK-005`)."""
    named = func
    while isinstance(named, partial):
        named = named.func
    name = getattr(named, "__name__", None) or type(named).__name__
    if name == "<lambda>":
        raise UsageError(
            f"a lambda has no name to record this {kind} under",
            code="usage.name_missing",
            hint=f'write {kind}("name", lambda ...: ...)',
        )
    return check_name(kind, name)
