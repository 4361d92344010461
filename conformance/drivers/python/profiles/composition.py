"""Entrypoints that run inside of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ir.statements import Document, Scope, statement
from program import OPTIONS, Program


def _saver(program: Program, _: Any, __: Callable[..., Any]) -> Document:
    return {name: each for name, each in program.given.items() if name == "checkpointer"}


OPTIONS["saver"] = _saver


@statement
async def _invoke(
    scope: Scope, *, entrypoint: str, input: Any, thread: Any = None, options: Document | None = None
) -> Any:
    program = scope.program
    assert isinstance(program, Program)
    chosen = dict(options or {})
    if "context" in chosen:
        chosen["context"] = scope.value(chosen["context"])
    if thread is not None:
        chosen["thread_id"] = scope.value(thread)
    workflow, value = program.entrypoints[entrypoint], scope.value(input)
    if program.is_async:
        return await workflow.ainvoke(value, **chosen)
    return workflow.invoke(value, **chosen)
