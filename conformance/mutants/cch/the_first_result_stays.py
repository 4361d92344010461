"""What stands in a cache is not replaced."""

from mutating import replaces

BREAKS = ("CCH-001",)


@replaces("taskpoint.caches.sqlite:SqliteCache.set")
def set(original, self, key, text, ttl=None):
    if self.get(key) is None:
        original(self, key, text, ttl)
