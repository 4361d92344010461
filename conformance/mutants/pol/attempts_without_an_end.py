"""The count of attempts is not looked at."""

from mutating import replaces

BREAKS = ("POL-030",)


@replaces("taskpoint.runtime.runs.attempts:Attempts.retry_after")
def retry_after(original, self, attempt, error):
    self._made = 0
    return original(self, attempt, error)
