"""Recorded time and chance, and pauses."""

from __future__ import annotations

from typing import Any

from ir.statements import Scope, statement

from taskpoint import durable


@statement
async def _now(_: Scope) -> Any:
    return durable.now()


@statement
async def _random(_: Scope) -> Any:
    return durable.random()


@statement
async def _uuid(_: Scope) -> str:
    return str(durable.uuid4())


@statement
async def _sleep(scope: Scope, *, seconds: Any) -> None:
    slept = durable.sleep(scope.value(seconds))
    if scope.program.is_async:
        await slept
