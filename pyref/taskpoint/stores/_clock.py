"""The time by which stores and caches judge what has expired."""

from __future__ import annotations

from taskpoint.runtime.process.sources import current

__all__ = ("system_time",)


def system_time() -> float:
    """Return the seconds since 1970, as the sources that hold here tell them."""
    return current().time()
