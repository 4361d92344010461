"""What was cancelled because a call failed is made again in the scope of that call, and not inside of it."""

from mutating import replaces

from taskpoint._core.paths import scope_of

BREAKS = ("RPL-047",)


@replaces("taskpoint._core.index:Index._cancelled_since")
def _cancelled_since(original, self, since):
    return [each for each in original(self, since) if scope_of(each.path) in since]
