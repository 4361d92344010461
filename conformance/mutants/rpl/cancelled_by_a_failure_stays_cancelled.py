"""What was cancelled because a call failed stays so, when that call runs again."""

from mutating import replaces

BREAKS = ("RPL-047",)


@replaces("taskpoint._core.index:Index._cancelled_since")
def _cancelled_since(original, self, since):
    return []
