"""A write of which nobody knows whether it took effect is taken for done."""

from mutating import replaces

BREAKS = ("JRN-030",)


@replaces("taskpoint.runtime.writing.writer:Writer.is_written")
def is_written(original, self, seq, cause):
    return True
