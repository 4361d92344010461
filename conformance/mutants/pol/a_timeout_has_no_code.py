"""A timeout fails the call with an error of no code."""

from mutating import replaces

BREAKS = ("POL-020",)
KILLED_BY = ("driver.timeout",)


@replaces("taskpoint.runtime.execution.timeouts:Deadline.error")
def error(original, self, what, code):
    return TimeoutError(what)
