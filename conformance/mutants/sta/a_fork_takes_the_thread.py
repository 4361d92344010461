"""A fork takes the thread away from its live holder."""

from mutating import replaces

BREAKS = ("STA-034",)


@replaces("taskpoint.runtime.state.forks:Tip.is_left")
def is_left(_, self):
    return True
