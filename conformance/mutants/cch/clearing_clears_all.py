"""Clearing removes all that a cache holds."""

from mutating import replaces

BREAKS = ("CCH-004", "POL-045")


@replaces("taskpoint.caches.sqlite:SqliteCache.clear")
def clear(original, self, namespaces=None):
    original(self, None)
