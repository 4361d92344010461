"""What has expired is there until somebody removes it."""

from mutating import replaces

BREAKS = ("CCH-003",)


@replaces("taskpoint.caches.sqlite:SqliteCache.get")
def get(original, self, key):
    before, self._clock = self._clock, lambda: 0.0
    try:
        return original(self, key)
    finally:
        self._clock = before
