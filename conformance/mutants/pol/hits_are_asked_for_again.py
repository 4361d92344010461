"""A result that came from a cache is asked for again on a replay."""

from mutating import replaces

BREAKS = ("POL-043",)


@replaces("taskpoint._core.index:Index._read")
def _read(original, self, entry):
    if getattr(entry, "attempts", 1):
        original(self, entry)
