"""On an event loop outcomes are written behind the back of the workflow, which goes on at once."""

import asyncio

from mutating import replaces

BREAKS = ("JRN-007", "DUR-002")


@replaces("taskpoint.runtime.runs.requests:_ahead")
def _ahead(original, durability):
    on_loop = asyncio._get_running_loop() is not None
    return original("async" if durability is None and on_loop else durability)
