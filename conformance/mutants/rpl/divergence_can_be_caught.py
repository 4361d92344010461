"""The error of a divergence can be caught, and the run goes on."""

from mutating import replaces

from taskpoint.runtime.failures import divergence_error
from taskpoint.runtime.signals import Halted

BREAKS = ("RPL-020",)


@replaces("taskpoint.runtime.run:Run._diverge")
def _diverge(original, self, divergence, scope):
    return Halted(divergence_error(divergence))
