"""The request `define`: definitions in either form, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, Final

from ir.statements import Document
from program import Program

import taskpoint
from taskpoint import UsageError

__all__ = ("define",)

_POLICIES: Final = {"retry", "timeout", "cache"}


def _functions() -> dict[str, Any]:
    def work(value: Any = None) -> Any:
        return value

    def numbers() -> Iterator[int]:
        yield 1

    numbers.__name__ = "work"
    return {"plain": work, "generator": numbers, "not_callable": 42, "lambda": lambda: None, "missing": None}


_FUNCTIONS: Final = _functions()


def define(message: Document) -> Document:
    """Make a definition and show it, or the code of its refusal."""
    make: Callable[..., Any] = taskpoint.task if message["kind"] == "task" else taskpoint.entrypoint
    options = dict(message["options"])
    policies = {name: options.pop(name) for name in _POLICIES & options.keys()}
    program = Program({}, message["form"], Future, is_async=False)
    if isinstance(options.get("raises"), list):
        options["raises"] = [program.error_class(each) if isinstance(each, str) else each for each in options["raises"]]
    try:
        options |= program.options(policies, print)
        made = _made(make, message["form"], message["name"], options, message["function"])
    except UsageError as error:
        return {"outcome": "rejected", "code": error.code, "message": error.message}
    return {"outcome": "defined", "definition": made.definition}


def _made(make: Callable[..., Any], form: str, name: Any, options: Document, function: str) -> Any:
    named = {} if name is None else {"name": name}
    target = _FUNCTIONS[function]
    if form == "decorator":
        return make(**named, **options)(target)
    arguments = [] if function == "missing" else [target]
    if isinstance(name, str):
        return make(name, *arguments, **options)
    return make({**named, **options}, *arguments)
