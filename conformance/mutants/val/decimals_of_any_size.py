"""A decimal that is too large is taken for infinite."""

from mutating import replaces

from taskpoint.codec._model import Refusal

BREAKS = ("VAL-073",)


@replaces("taskpoint.codec._scalars:normal_decimal")
def normal_decimal(original, text):
    try:
        return original(text)
    except Refusal:
        return "Infinity"
