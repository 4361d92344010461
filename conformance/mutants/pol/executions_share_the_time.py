"""The time of a policy counts from the first execution for all of them."""

from mutating import replaces

BREAKS = ("POL-021",)


@replaces("taskpoint.runtime.execution.policed:Policed.deadline")
def deadline(original, self, execution):
    return vars(self).setdefault("first", original(self, execution))
