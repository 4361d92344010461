"""Every later attempt is the second."""

from mutating import replaces

BREAKS = ("JRN-004",)


@replaces("taskpoint.runtime.writing.writer:Writer.append")
def append(original, self, seq, entries, closing=None, **options):
    if options.get("take"):
        entries[0].attempt = 2
    return original(self, seq, entries, closing, **options)
