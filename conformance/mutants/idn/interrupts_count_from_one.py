"""The interrupts of a task count from 1."""

from mutating import replaces

BREAKS = ("IDN-030",)


@replaces("taskpoint._core.matching:interrupt_id")
def interrupt_id(original, scope, index):
    return original(scope, index + 1 if scope else index)
