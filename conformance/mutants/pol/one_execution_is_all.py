"""A failure stands whatever the policy says: nothing is executed again."""

from mutating import replaces

BREAKS = ("POL-002",)


@replaces("taskpoint.runtime.definitions.policies:Policies.retry_after")
def retry_after(original, self, error, executions, random):
    return None
