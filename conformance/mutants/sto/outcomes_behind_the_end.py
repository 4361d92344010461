"""An outcome that comes too late is dropped without a word."""

from mutating import replaces

from taskpoint.errors import ConcurrentRunError

BREAKS = ("STO-010",)


@replaces("taskpoint.savers.sqlite:_add_outcome")
def _add_outcome(original, parameters, connection):
    try:
        original(parameters, connection)
    except ConcurrentRunError:
        return
