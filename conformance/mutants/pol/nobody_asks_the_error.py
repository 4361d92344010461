"""What an error says of itself is not asked for by default."""

from mutating import replaces

BREAKS = ("POL-003",)


@replaces("taskpoint.runtime.definitions.policies:RetryPolicy.covers")
def covers(original, self, error):
    return original(self, error) or self._classes() is None
