"""An interrupt before a call counts as a call."""

from mutating import replaces

BREAKS = ("IDN-003",)


@replaces("taskpoint._core.matching:Matcher._path")
def _path(original, self, encoded, index):
    return original(self, encoded, index if encoded == "!" else index + self._counts.get("!", 0))
