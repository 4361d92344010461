"""A result is kept for another hour each time that it is read."""

from mutating import replaces

BREAKS = ("CCH-003",)


@replaces("taskpoint.caches.sqlite:SqliteCache.get")
def get(original, self, key):
    text = original(self, key)
    renew = "UPDATE cache_entries SET expires_at = ? WHERE key = ? AND expires_at IS NOT NULL"
    self._file.write(lambda connection: connection.execute(renew, (self._clock() + 3600, key[1])))
    return text
