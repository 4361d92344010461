"""What is finer than a microsecond is cut off."""

from mutating import replaces

BREAKS = ("VAL-057",)


@replaces("taskpoint.codec._scalars:_micros")
def _micros(original, digits):
    return original((digits or "")[:6])
