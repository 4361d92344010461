"""A call that was to make another one when its run was stopped is recorded as failed."""

from mutating import replaces

from taskpoint._core.calls import Outcome
from taskpoint.runtime.process.signals import Halted

BREAKS = ("STP-002",)


@replaces("taskpoint.runtime.execution.run:Run.outcome")
def outcome(original, self, call, host, end):
    if isinstance(end.error, Halted):
        return Outcome(error={"type": "Stopped", "message": "stopped", "path": call.path})
    return original(self, call, host, end)
