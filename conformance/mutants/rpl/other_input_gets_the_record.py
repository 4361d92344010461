"""A call with another input than the record at its place gets that record all the same."""

from mutating import replaces

BREAKS = ("RPL-010",)


@replaces("taskpoint._core.matching:_fits")
def _fits(original, record, digest):
    return original(record, digest) or (record.alone and record.index is not None)
