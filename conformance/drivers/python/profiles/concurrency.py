"""Several calls of a scope at once."""

from __future__ import annotations

from typing import Any

import ir.concurrency  # noqa: F401  # pyright: ignore[reportUnusedImport] - the statements that need no library
from ir.statements import Scope, statement

from taskpoint import as_completed


@statement
async def _first(scope: Scope, *, handles: Any, index: str | None = None) -> Any:
    futures = scope.handles(handles)
    completed = as_completed(futures)
    found = await anext(aiter(completed)) if scope.program.is_async else next(iter(completed))
    if index is not None:
        scope.variables[index] = next(place for place, each in enumerate(futures) if each is found)
    return await scope.wait(found)
