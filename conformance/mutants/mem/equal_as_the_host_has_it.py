"""Values are equal when the host says so, which takes true for 1."""

from mutating import replaces

BREAKS = ("MEM-022",)


@replaces("taskpoint.stores._filters:_equals")
def equals(original, operand):
    return lambda value: value == operand
