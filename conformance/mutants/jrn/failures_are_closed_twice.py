"""A run that failed is closed by two entries."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("JRN-011",)


@replaces("taskpoint.runtime.writing.writer:Writer.append")
def append(original, self, seq, entries, closing=None, **options):
    if entries and entries[-1].kind == "run.failed" and entries[-1].rerun:
        entries = [*entries, replace(entries[-1], seq=entries[-1].seq + 1)]
    return original(self, seq, entries, closing, **options)
