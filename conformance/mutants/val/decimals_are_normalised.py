"""Zeros at the end of a decimal are dropped."""

from decimal import Decimal

from mutating import replaces

BREAKS = ("VAL-072",)


@replaces("taskpoint.codec._scalars:normal_decimal")
def normal_decimal(original, text):
    known = original(text)
    return original(str(Decimal(known).normalize())) if known[-1:] == "0" and len(known) < 20 else known
