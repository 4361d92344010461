"""A failure that nobody looked at changes nothing."""

from mutating import replaces

BREAKS = ("ERR-025",)


@replaces("taskpoint.runtime.execution.host:Host.unobserved_failure")
def unobserved_failure(original, self):
    return None
