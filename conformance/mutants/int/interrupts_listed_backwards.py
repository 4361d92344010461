"""Where several interrupts are pending, the closing entry lists the last one first."""

from mutating import replaces

BREAKS = ("INT-003",)


@replaces("taskpoint.runtime.writing.writer:Writer.append")
def append(original, self, seq, entries, closing=None, **options):
    if entries and entries[-1].kind == "run.interrupted":
        entries[-1].interrupts.reverse()
    return original(self, seq, entries, closing, **options)
