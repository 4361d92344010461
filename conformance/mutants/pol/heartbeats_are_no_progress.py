"""A heartbeat is heard by nobody, and the idle time goes on."""

from mutating import replaces

BREAKS = ("POL-025",)


@replaces("taskpoint._core.execution:Execution.touch")
def touch(original, self, *, beat=False):
    if not beat:
        original(self)
