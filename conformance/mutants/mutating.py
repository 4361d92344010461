"""What a mutant is made with: one named function replaced, wherever it is known under its name."""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ("APPLIED", "GoneError", "replaces")

APPLIED: list[str] = []
"""The targets that this process has replaced."""
_OWN = {"taskpoint", *(each.stem for each in (Path(__file__).parents[1] / "drivers" / "python").iterdir())}
"""The packages in which a replaced function may be known under its name: the reference and its driver."""


class GoneError(Exception):
    """The function that a mutant replaces does not exist any more."""


def replaces(target: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Replace the function at `package.module:name` or `package.module:Class.name` by the decorated one.

    The decorated function gets the original first, then the arguments of the call.
    A static method, a class method and a property stay what they are.

    Raises:
        GoneError: There is no such function, so that the mutant would be the reference itself; or the decorated one
            does not take the same arguments, so that it would merely crash.
    """
    owner, name = _find(target)
    found = vars(owner)[name]

    def decorate(wrong: Callable[..., Any]) -> Callable[..., Any]:
        _check_parameters(target, wrong, getattr(found, "fget", None) or getattr(found, "__func__", None) or found)
        for kind, function in ((staticmethod, "__func__"), (classmethod, "__func__"), (property, "fget")):
            if isinstance(found, kind):
                new: Any = kind(_bound(wrong, getattr(found, function)))
                break
        else:
            if not callable(found):
                raise GoneError(f"{target} is no function any more")
            new = _bound(wrong, found)
        setattr(owner, name, new)
        for table, key in list(_aliases(found)):
            known = table[key]
            table[key] = tuple(new if each is found else each for each in known) if type(known) is tuple else new
        APPLIED.append(target)
        return wrong

    return decorate


def _find(target: str) -> tuple[Any, str]:
    module, _, path = target.partition(":")
    *outer, name = path.split(".")
    try:
        owner: Any = importlib.import_module(module)
        for each in outer:
            owner = vars(owner)[each]
        vars(owner)[name]
    except (ImportError, KeyError) as error:
        raise GoneError(f"{target} is gone ({error}): find what took its place, or take the mutant out") from None
    return owner, name


def _check_parameters(target: str, wrong: Callable[..., Any], original: Callable[..., Any]) -> None:
    parameters = list(inspect.signature(original).parameters.values())
    for given in (parameters, [each for each in parameters if each.default is each.empty]):
        positional = [each for each in given if each.kind in {each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD}]
        named = {each.name: each for each in given if each.kind is each.KEYWORD_ONLY}
        try:
            inspect.signature(wrong).bind(original, *positional, **named)
        except TypeError as error:
            raise GoneError(f"{target} takes other arguments now ({error})") from None


def _bound(wrong: Callable[..., Any], original: Any) -> Callable[..., Any]:
    @functools.wraps(original)
    def replacement(*args: Any, **kwargs: Any) -> Any:
        try:
            return wrong(original, *args, **kwargs)
        except (AttributeError, LookupError, NameError, TypeError) as error:
            if _innermost(error) is not wrong.__code__:
                raise
            traceback.print_exc()
            os._exit(1)  # the mutant itself is broken: the run must not end as if the workflow had failed

    return replacement


def _innermost(error: BaseException) -> object:
    """Return the code that raised an error."""
    frames = list(traceback.walk_tb(error.__traceback__))
    return frames[-1][0].f_code if frames else None


def _aliases(function: Any) -> Iterator[tuple[dict[Any, Any], Any]]:
    """Yield where else the function is: imported by name, or in a table of a module."""
    modules = [each for name, each in sys.modules.items() if name.partition(".")[0] in _OWN]
    for module in modules:
        if not isinstance(module, ModuleType):
            continue
        for name, value in list(vars(module).items()):
            if value is function:
                yield vars(module), name
            elif type(value) is dict:
                for key, each in list(value.items()):
                    if each is function or (type(each) is tuple and any(one is function for one in each)):
                        yield value, key
