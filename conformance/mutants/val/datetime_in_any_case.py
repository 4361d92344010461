"""A `$datetime` is taken in small letters too."""

from mutating import replaces

BREAKS = ("VAL-054",)


@replaces("taskpoint.codec._scalars:normal_datetime")
def normal_datetime(original, text):
    return original(text.upper())
