"""A result that is a double beyond 2^53 is recorded as a row of digits, without fraction or exponent."""

from mutating import replaces

BREAKS = ("VAL-007",)


@replaces("taskpoint.codec:encode_and_decode")
def encode_and_decode(original, value):
    text, again = original(value)
    is_large = type(again) is float and 2**53 <= abs(again) < 1e300
    return (str(int(again)) if is_large else text), again
