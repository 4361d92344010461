"""A cache is asked, and nothing is ever put into it."""

from mutating import replaces

BREAKS = ("POL-040", "POL-046")


@replaces("taskpoint.runtime.definitions.caching:CachedResult.set")
def set(original, self, text):
    return None
