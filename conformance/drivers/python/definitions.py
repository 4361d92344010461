"""The requests that are about definitions and values."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from typing import Any, Final

from checks import check_expressions
from expressions import evaluate
from options import policies
from twins import index

import taskpoint
from taskpoint import TaskpointError, UsageError, ValueEncodingError, codec

__all__ = ("decode", "define", "digest", "encode", "hello")

Document = dict[str, Any]


def hello(message: Document) -> Document:
    """Say who this is and what it claims."""
    if message["protocol"] != "1.0" or message["formats"] != {"program": "1.0"}:
        return {"outcome": "errored", "message": "this driver speaks protocol 1.0 and programs of format 1.0"}
    return {
        "outcome": "hello",
        "name": "taskpoint-python",
        "version": taskpoint.__version__,
        "language": "python",
        "spec": ["1.0"],
        "profiles": [
            "core",
            "interrupts",
            "concurrency",
            "state",
            "streams",
            "values-extended",
            "sqlite",
            "forms",
            "durability",
            "stores",
            "policies",
            "context",
            "types",
            "composition",
            "durable",
        ],
        "forms": ["decorator", "named"],
        "modes": ["sync", "async"],
        "savers": ["runner", "sqlite"],
        "copies": hasattr(os, "fork"),
        "twins": [{"name": name, **twin} for name, twin in index().items()],
    }


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
    if isinstance(options.get("raises"), list):
        options["raises"] = [
            type(each, (Exception,), {}) if isinstance(each, str) else each for each in options["raises"]
        ]
    try:
        chosen = policies(options, lambda name: type(name, (Exception,), {}))
        options = {name: each for name, each in options.items() if name not in {"retry", "timeout", "cache"}} | chosen
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


def encode(message: Document) -> Document:
    """Encode what an expression gives."""
    check_expressions(message["expr"])
    try:
        canonical = codec.canonical(evaluate(message["expr"], {}))
    except ValueEncodingError as error:
        return _refused(error, error.path)
    return {"outcome": "encoded", "canonical": canonical.decode()}


def decode(message: Document) -> Document:
    """Decode bytes and encode what they gave."""
    try:
        canonical = codec.canonical(codec.decode(base64.b64decode(message["raw_b64"])))
    except ValueEncodingError as error:
        return _refused(error, error.path)
    return {"outcome": "decoded", "canonical": canonical.decode()}


def digest(message: Document) -> Document:
    """Digest a call's arguments."""
    tail = message.get("tail", {})
    check_expressions([message["args"], *tail.values()])
    arguments = [evaluate(each, {}) for each in message["args"]]
    named = {name: evaluate(each, {}) for name, each in tail.items()}
    return {"outcome": "digested", "digest": codec.digest_arguments(arguments, named)}


def _refused(error: TaskpointError, path: str) -> Document:
    return {"outcome": "rejected", "code": error.code, "message": error.message, "path": path}
