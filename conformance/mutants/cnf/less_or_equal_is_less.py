"""The driver takes `<=` for `<`."""

from mutating import replaces

BREAKS = ("CNF-020",)


@replaces("computing:Evaluator._operate")
def _operate(original, self, name, operands, variables):
    return original(self, "<" if name == "<=" else name, operands, variables)
