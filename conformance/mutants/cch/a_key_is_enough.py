"""A text is looked for by its key, in whatever namespace."""

from mutating import replaces

BREAKS = ("CCH-002",)


@replaces("taskpoint.caches.sqlite:SqliteCache.get")
def get(original, self, key):
    query = "SELECT value FROM cache_entries WHERE key = ? ORDER BY namespace"
    found = self._file.read(lambda connection: connection.execute(query, (key[1],)).fetchone())
    return None if found is None else found[0]
