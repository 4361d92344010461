"""A write of which nobody knows whether it took effect is made again."""

from mutating import replaces

BREAKS = ("JRN-030",)


@replaces("taskpoint.runtime.writing.writer:Writer.is_written")
def is_written(original, self, seq, cause):
    return False
