"""The entry that begins a retry has another attempt id than those that follow."""

from mutating import replaces

BREAKS = ("JRN-003",)


@replaces("taskpoint.runtime.writing.writer:Writer.append")
def append(original, self, seq, entries, closing=None, **options):
    if options.get("take") and entries[0].rerun:
        entries[0].attempt_id = f"{entries[0].attempt_id}-0"
    return original(self, seq, entries, closing, **options)
