"""A time of day may leave out its seconds."""

from mutating import replaces

BREAKS = ("VAL-070",)


@replaces("taskpoint.codec._scalars:normal_time")
def normal_time(original, text):
    return original(text + ":00" if len(text) == 5 else text)
