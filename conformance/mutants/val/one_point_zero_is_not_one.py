"""A double with an integral value keeps its fraction in the canonical bytes."""

from mutating import replaces

BREAKS = ("VAL-013",)


@replaces("taskpoint.codec._fast:canonical_bytes")
def canonical_bytes(original, value):
    return (
        repr(value).encode() if type(value) is float and value.is_integer() and abs(value) < 1e15 else original(value)
    )
