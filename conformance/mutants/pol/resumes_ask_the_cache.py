"""A run that goes on takes a value from the cache in place of its own."""

from mutating import replaces

BREAKS = ("POL-046",)


@replaces("taskpoint.runtime.runs.attempts:CachedRun.__init__")
def begin(original, self, attempt):
    original(self, attempt)
    self._policy = attempt.entrypoint.options.cache_policy
