"""Of several calls the one that was named first is waited for first."""

from collections import deque

from mutating import replaces

BREAKS = (
    "CON-009",
    "CON-011",
)


@replaces("taskpoint.runtime.select:_arrivals")
def _arrivals(original, futures, wake):
    return deque(futures)
