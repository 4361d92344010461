"""What a mutant is made with: one named function replaced, wherever it is known under its name."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ("APPLIED", "GoneError", "replaces")

APPLIED: list[str] = []
"""The targets that this process has replaced."""
_OWN = {"taskpoint", *(file.stem for file in (Path(__file__).parents[1] / "drivers" / "python").glob("*.py"))}
"""The packages in which a replaced function may be known under its name: the reference and its driver."""


class GoneError(Exception):
    """The function that a mutant replaces does not exist any more."""


def replaces(target: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Replace the function at `package.module:name` or `package.module:Class.name` by the decorated one.

    The decorated function gets the original first, then the arguments of the call.
    A static method, a class method and a property stay what they are.

    Raises:
        GoneError: There is no such function, so that the mutant would be the reference itself.
    """
    owner, name = _find(target)
    found = vars(owner)[name]

    def decorate(wrong: Callable[..., Any]) -> Callable[..., Any]:
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


def _bound(wrong: Callable[..., Any], original: Any) -> Callable[..., Any]:
    @functools.wraps(original)
    def replacement(*args: Any, **kwargs: Any) -> Any:
        return wrong(original, *args, **kwargs)

    return replacement


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
