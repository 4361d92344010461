"""The count of executions is not looked at, and a task is tried until it works."""

from mutating import replaces

BREAKS = ("POL-002",)


@replaces("taskpoint.runtime.definitions.policies:Policies.retry_after")
def retry_after(original, self, error, executions, random):
    return original(self, error, 1, random)
