"""An interrupt inside a task is recorded as the failure of that call."""

from mutating import replaces

from taskpoint._core.calls import Outcome
from taskpoint._core.journal import ErrorDocument
from taskpoint.runtime.process.signals import Suspended

BREAKS = ("ERR-021",)


@replaces("taskpoint.runtime.execution.run:Run.outcome")
def outcome(original, self, call, host, end):
    if isinstance(end.error, Suspended):
        return Outcome(error=ErrorDocument("Suspended", "an interrupt"))
    return original(self, call, host, end)
