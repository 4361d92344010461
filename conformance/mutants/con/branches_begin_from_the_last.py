"""The last of several branches begins first."""

from mutating import replaces

BREAKS = ("CON-023",)


@replaces("ir.concurrency:_branches")
async def _branches(original, scope, *, do, return_errors=False):
    if len(do) < 2:
        return await original(scope, do=do, return_errors=return_errors)
    return (await original(scope, do=do[::-1], return_errors=return_errors))[::-1]
