"""A stop that comes between two attempts of a run is taken for one of the attempt that is over."""

from mutating import replaces

BREAKS = ("POL-032",)


@replaces("taskpoint.runtime.runs.attempts:Attempts.retry_after")
def retry_after(original, self, attempt, error):
    attempt.run.ending = None
    return original(self, attempt, error)
