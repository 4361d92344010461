"""A host whose empty map and empty list are one type encodes both as a list."""

from mutating import replaces

BREAKS = ("VAL-001",)


@replaces("taskpoint.codec:canonical")
def canonical(original, value):
    return original([] if value == {} and type(value) is dict else value)
