"""An interrupt before a call counts as a call."""

from mutating import replaces

BREAKS = ("IDN-003",)


@replaces("taskpoint._core.matching:Matcher._new")
def _new(original, self, encoded, records):
    if encoded != "!" and self._counts.get("!") and encoded not in self._free:
        self._free[encoded] = self._counts["!"]
    return original(self, encoded, records)
