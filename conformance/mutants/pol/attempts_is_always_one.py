"""The outcome says that there was one execution, however many there were."""

from mutating import replaces

BREAKS = ("POL-007",)


@replaces("taskpoint._core.machine:Machine.finish")
def finish(original, self, call, outcome):
    call.attempts = min(call.attempts, 1)
    return original(self, call, outcome)
