"""A format refuses answers, where the library knows it."""

from jsonschema import FormatChecker
from mutating import replaces

BREAKS = ("INT-034",)


@replaces("taskpoint.runtime.values.responses:_Checker.misfit")
def misfit(original, self, answer):
    self._validator = self._validator.evolve(format_checker=FormatChecker())
    return original(self, answer)
