"""An answer is kept in memory by the attempt that it was given to."""

from mutating import replaces

BREAKS = ("DUR-004",)


@replaces("taskpoint.runtime.writer:Writer.append")
def append(original, self, seq, entries, closing=None, *, take=False, take_over=False):
    kept = [each for each in entries if each.kind != "interrupt.answered"]
    return original(self, seq, kept, closing, take=take, take_over=take_over)
