"""The driver takes `<=` for `<`."""

from mutating import replaces

BREAKS = ("CNF-020",)


@replaces("ir.expressions:_operate")
def _operate(original, operation, variables):
    return original(["<" if each == "<=" else each for each in operation], variables)
