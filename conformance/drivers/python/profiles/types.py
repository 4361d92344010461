"""Declared types, and values that earlier code has recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ir.expressions import evaluate
from ir.statements import Document
from program import OPTIONS, Program
from records import record

from taskpoint import Recorded


def _returns(_: Program, members: dict[str, str], function: Callable[..., Any]) -> Document:
    function.__annotations__["return"] = record("Result", members)
    return {}


def _migrate(_: Program, expression: Any, __: Callable[..., Any]) -> Document:
    def migrate(recorded: Recorded) -> Any:
        known = {"kind": recorded.kind, "value": recorded.value, "version": recorded.version}
        return evaluate(expression, known)

    return {"migrate": migrate}


OPTIONS["returns"] = _returns
OPTIONS["migrate"] = _migrate
