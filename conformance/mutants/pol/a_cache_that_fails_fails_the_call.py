"""A call whose result cannot be put into the cache fails."""

from mutating import replaces

BREAKS = ("POL-044",)


@replaces("taskpoint.runtime.definitions.caching:CachedResult.set")
def set(original, self, text):
    self._cache.set(self._key, text, self._ttl)
