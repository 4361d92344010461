"""Where many entries go into one append, they are numbered backwards."""

from mutating import replaces

BREAKS = ("JRN-001",)


@replaces("taskpoint._core.machine:Machine.take")
def take(original, self):
    first, entries, calls = original(self)
    if len(entries) > 2:
        for offset, entry in enumerate(reversed(entries)):
            entry.seq = first + offset
    return first, entries, calls
