"""Several calls of a scope at once: the statements of the profile `concurrency` that need no library."""

from __future__ import annotations

import asyncio
from typing import Any

from ir.statements import Document, Scope, statement


@statement
async def _await(scope: Scope, *, handle: Any) -> Any:
    return await scope.wait(scope.handle(handle))


@statement
async def _cancel(scope: Scope, *, handle: Any) -> None:
    scope.handle(handle).cancel()


@statement
async def _done(scope: Scope, *, handle: Any) -> bool:
    return bool(scope.handle(handle).done())


@statement
async def _gather(scope: Scope, *, handles: Any, return_errors: bool = False) -> list[Any]:
    futures = scope.handles(handles)
    if scope.program.is_async:
        return _seen(scope, await asyncio.gather(*futures, return_exceptions=return_errors))
    for each in () if return_errors else scope.program.as_completed(futures):
        each.result()  # the first failure delivered, not the first in the list
    return _seen(scope, [_result_or_error(each) for each in futures])


@statement
async def _branches(scope: Scope, *, do: list[list[Document]], return_errors: bool = False) -> list[Any]:
    scopes = [Scope(scope.program, dict(scope.variables), dict(scope.errors)) for _ in do]
    bodies = [each.run(body) for each, body in zip(scopes, do, strict=True)]
    return _seen(scope, await asyncio.gather(*bodies, return_exceptions=return_errors))


def _seen(scope: Scope, results: list[Any]) -> list[Any]:
    """Return results, and of errors what a program sees of them."""
    return [scope.program.describe(each) if isinstance(each, BaseException) else each for each in results]


def _result_or_error(future: Any) -> Any:
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - it is wanted as a value
        return error
