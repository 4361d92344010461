"""Negative zero is written as zero."""

from mutating import replaces

BREAKS = ("VAL-012",)


@replaces("taskpoint.codec:canonical")
def canonical(original, value):
    return original(0 if type(value) is float and value == 0 else value)
