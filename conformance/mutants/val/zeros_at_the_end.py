"""Zeros at the end of a fraction of a second stay."""

from mutating import replaces

BREAKS = ("VAL-055",)


@replaces("taskpoint.codec._scalars:_fraction")
def _fraction(original, digits):
    return f".{digits}" if digits else ""
