"""The largest safe integer goes through a double that has lost a bit."""

from mutating import replaces

BREAKS = ("VAL-010",)


@replaces("taskpoint.codec:canonical")
def canonical(original, value):
    return original(value - 1 if type(value) is int and value == 2**53 - 1 else value)
