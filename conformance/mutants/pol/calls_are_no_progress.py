"""Only heartbeats are progress, whatever the policy says."""

from mutating import replaces

BREAKS = ("POL-025",)


@replaces("taskpoint._core.execution:Execution.touch")
def touch(original, self, *, beat=False):
    if beat:
        original(self, beat=True)
