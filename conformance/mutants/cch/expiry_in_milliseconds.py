"""The file says in milliseconds when an entry expires."""

from mutating import replaces

BREAKS = ("CCH-005",)


@replaces("taskpoint.caches.sqlite:SqliteCache.set")
def set(original, self, key, text, ttl=None):
    original(self, key, text, ttl)
    longer = "UPDATE cache_entries SET expires_at = expires_at * 1000 WHERE key = ?"
    self._file.write(lambda connection: connection.execute(longer, (key[1],)))
