"""What was cancelled because a call failed stays so, when that call runs again."""

from mutating import replaces

BREAKS = ("RPL-047",)


@replaces("taskpoint._core.index:Index._cancelled_behind")
def _cancelled_behind(original, self, failed):
    return []
