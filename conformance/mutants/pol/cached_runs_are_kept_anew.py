"""A run whose value was found in the cache puts it there again, with all of its time to live."""

from mutating import replaces

BREAKS = ("CCH-003", "POL-046")


@replaces("taskpoint.runtime.runs.attempts:CachedRun.get")
def get(original, self):
    end = original(self)
    if end is not None:
        self._place.set(self._place.get())
    return end
