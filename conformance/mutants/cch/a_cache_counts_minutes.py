"""A cache takes a time to live for minutes, as stores have it."""

from mutating import replaces

BREAKS = ("CCH-003",)


@replaces("taskpoint.caches.sqlite:SqliteCache.set")
def set(original, self, key, text, ttl=None):
    original(self, key, text, None if ttl is None else 60 * ttl)
