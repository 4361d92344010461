"""The 129th level is let through."""

from mutating import replaces

BREAKS = ("VAL-040",)


@replaces("taskpoint.codec._walk:_inside")
def _inside(original, room, levels=1):
    return -1 if room == levels - 1 else original(room, levels)
