"""An error that carries data is recorded as a result."""

from mutating import replaces

from taskpoint._core.calls import Outcome

BREAKS = ("ERR-020",)


@replaces("taskpoint._core.machine:Machine.finish")
def finish(original, self, call, outcome):
    if outcome.error is not None and outcome.error.data is not None:
        outcome = Outcome(value=outcome.error.data)
    original(self, call, outcome)
