"""A question is pending until it is answered, whatever becomes of the call that asked it."""

from mutating import replaces

BREAKS = ("INT-029",)


@replaces("taskpoint._core.index:Index._is_settled")
def _is_settled(_, self, asked):
    return False
