"""A prefix is compared as a text, so that the user `a` finds what belongs to `ab`."""

from mutating import replaces

BREAKS = ("MEM-005", "MEM-010")


@replaces("taskpoint.stores._sqlite_text:bounds")
def bounds(original, prefix):
    text, low, high = original(prefix)
    return (text, text[:-2], text[:-2] + "\U0010ffff") if prefix else (text, low, high)
