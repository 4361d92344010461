"""Waiting for all gives the results in the order in which they came."""

from mutating import replaces

from taskpoint import as_completed

BREAKS = ("CON-008",)


@replaces("ir.concurrency:_gather")
async def _gather(original, scope, *, handles, return_errors=False):
    if scope.program.is_async or return_errors:
        return await original(scope, handles=handles, return_errors=return_errors)
    return [future.result() for future in as_completed(scope.handles(handles))]
