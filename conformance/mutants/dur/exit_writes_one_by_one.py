"""At the end of a run its entries are appended one by one."""

from mutating import replaces

BREAKS = ("DUR-011",)


@replaces("taskpoint.runtime.writing.writer:Writer.append")
def append(original, self, seq, entries, closing=None, *, take=False, take_over=False):
    if not take and len(entries) > 1:
        for each in entries[:-1]:
            original(self, each.seq, [each]).make()
        return original(self, entries[-1].seq, entries[-1:], closing)
    return original(self, seq, entries, closing, take=take, take_over=take_over)
