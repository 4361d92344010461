"""A run that fails has failed, whatever its policy says."""

from mutating import replaces

BREAKS = ("POL-030",)


@replaces("taskpoint.runtime.runs.attempts:Attempts.retry_after")
def retry_after(original, self, attempt, error):
    return None
