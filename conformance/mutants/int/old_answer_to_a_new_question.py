"""An answer is given to whatever is asked at its place."""

from mutating import replaces

BREAKS = ("INT-004",)


@replaces("taskpoint._core.matching:_fits")
def _fits(original, record, digest):
    return original(record, digest) or "!" in record.path
