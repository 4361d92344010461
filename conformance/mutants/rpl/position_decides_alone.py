"""Records are found by position only: the same call at another place of a concurrent run runs again."""

from mutating import replaces

BREAKS = ("RPL-011",)


@replaces("taskpoint._core.matching:Matcher._moved")
def _moved(original, self, encoded, records, digest):
    return None
