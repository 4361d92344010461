"""Of an integer with too many digits the first ones are taken."""

from mutating import replaces

BREAKS = ("VAL-051",)


@replaces("taskpoint.codec._scalars:normal_int")
def normal_int(original, text):
    return original(text[:4096])
