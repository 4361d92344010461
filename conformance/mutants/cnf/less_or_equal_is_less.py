"""The driver takes `<=` for `<`."""

from mutating import replaces

BREAKS = ("CNF-020",)


@replaces("expressions:_operate")
def _operate(original, name, operands, variables):
    return original("<" if name == "<=" else name, operands, variables)
