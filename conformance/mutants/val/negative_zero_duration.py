"""A negative duration of nothing is taken."""

from mutating import replaces

BREAKS = ("VAL-071",)


@replaces("taskpoint.codec._scalars:normal_duration")
def normal_duration(original, text):
    return "PT0S" if text == "-PT0S" else original(text)
