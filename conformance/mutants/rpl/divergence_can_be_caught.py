"""The error of a divergence can be caught, and the run goes on."""

from mutating import replaces

from taskpoint.runtime.process.signals import Halted
from taskpoint.runtime.values.failures import divergence_error

BREAKS = ("RPL-020",)


@replaces("taskpoint.runtime.execution.run:Run._diverge")
def _diverge(original, self, divergence, scope):
    return Halted(divergence_error(divergence))
