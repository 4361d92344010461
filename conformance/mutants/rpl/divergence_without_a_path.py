"""The error of a divergence names the scope instead of the record."""

from mutating import replaces

from taskpoint._core.paths import scope_of

BREAKS = ("RPL-021",)


@replaces("taskpoint.runtime.values.failures:divergence_error")
def divergence_error(original, divergence):
    error = original(divergence)
    error.path = scope_of(error.path)
    return error
