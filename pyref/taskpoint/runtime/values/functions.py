"""What is known of a function: what is behind partials and methods, what it closes over, and whether it is async."""

from __future__ import annotations

import contextlib
import inspect
from functools import partial
from typing import Any, cast

__all__ = ("base_function", "free_names", "is_async")


def base_function(func: Any) -> Any:
    """Return the function behind partials, bound methods and callable objects."""
    while isinstance(func, partial):
        func = func.func
    func = getattr(func, "__func__", func)
    if not inspect.isroutine(func) and not inspect.isclass(func):
        func = getattr(type(cast("object", func)), "__call__", func)  # noqa: B004 - the function itself is wanted
    return func


def free_names(func: Any) -> dict[str, object]:
    """Return what a function's free variables hold now; those that hold nothing yet are left out."""
    names: dict[str, object] = {}
    code = getattr(func, "__code__", None)
    for name, cell in zip(code.co_freevars if code else (), getattr(func, "__closure__", None) or (), strict=False):
        with contextlib.suppress(ValueError):
            names[name] = cell.cell_contents
    return names


def is_async(func: object) -> bool:
    """Tell whether calling the function makes a coroutine."""
    return inspect.iscoroutinefunction(base_function(func))
