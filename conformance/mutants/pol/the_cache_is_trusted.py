"""What stands in a cache is handed on without a look."""

from mutating import replaces

BREAKS = ("POL-044",)


@replaces("taskpoint.runtime.definitions.caching:CachedResult.get")
def get(original, self):
    return self._cache.get(self._key)
