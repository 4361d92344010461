"""A policy with types of errors covers all the others, too."""

from mutating import replaces

BREAKS = ("POL-003",)


@replaces("taskpoint.runtime.definitions.policies:RetryPolicy.covers")
def covers(original, self, error):
    return True
