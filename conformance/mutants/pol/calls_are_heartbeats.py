"""Calls and outcomes are progress, also where the policy wants heartbeats."""

from mutating import replaces

BREAKS = ("POL-025",)
KILLED_BY = ("driver.timeout",)


@replaces("taskpoint._core.execution:Execution.touch")
def touch(original, self, *, beat=False):
    original(self, beat=True)
