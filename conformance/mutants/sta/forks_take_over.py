"""A fork fences a live holder off."""

from mutating import replaces

BREAKS = ("STA-034",)


@replaces("taskpoint.runtime.forks:Tip.is_left")
def is_left(original, self):
    return True
