"""Of several calls the one that was named first is waited for first."""

from mutating import replaces

BREAKS = (
    "CON-009",
    "CON-011",
)


@replaces("taskpoint.runtime.select:_first")
def _first(original, futures):
    futures[0].host.wait(futures[0].call) if hasattr(futures[0].host, "wait") else None
    return futures[0]
