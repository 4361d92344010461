"""A double beyond 2^53 is written as a row of digits, without fraction or exponent."""

from mutating import replaces

BREAKS = ("VAL-007",)


@replaces("taskpoint.codec:encode")
def encode(original, value):
    return original(int(value) if type(value) is float and abs(value) >= 2**53 and abs(value) < 1e300 else value)
