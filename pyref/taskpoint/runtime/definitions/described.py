"""JSON Schemas of what an entrypoint takes, returns and is given, for programs that show them or check against them."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any

from taskpoint.runtime.values.commands import EntrypointFinal
from taskpoint.runtime.values.functions import base_function, free_names
from taskpoint.runtime.values.shapes import described

__all__ = ("schema_of", "schema_of_input", "schema_of_value")


def schema_of_input(func: Callable[..., Any], name: str) -> dict[str, Any]:
    """Return what the annotation of the first parameter says; nothing but a title where it says nothing."""
    first = next(iter(inspect.signature(func).parameters), "")
    return schema_of(_hints(func).get(first, Any), f"{name}Input")


def schema_of_value(func: Callable[..., Any], name: str) -> dict[str, Any]:
    """Return what the annotation of the result says; of `entrypoint.final[value, saved]` the first half."""
    hint: Any = _hints(func).get("return", Any)
    if typing.get_origin(hint) is EntrypointFinal:
        hint = typing.get_args(hint)[0]
    return schema_of(Any if hint is EntrypointFinal else hint, f"{name}Output")


def schema_of(hint: Any, title: str) -> dict[str, Any]:
    """Return the schema of a type, under its own title where it has one."""
    return {"title": title, **described(hint)}


def _hints(func: Callable[..., Any]) -> dict[str, Any]:
    plain = base_function(func)
    try:
        return typing.get_type_hints(plain, localns=free_names(plain), include_extras=True)
    except Exception:  # noqa: BLE001 - a name that only a type checker knows declares nothing here
        return {}
