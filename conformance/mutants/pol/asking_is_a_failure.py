"""A call that asks is executed again, as if it had failed."""

from mutating import replaces

from taskpoint._core.calls import Outcome
from taskpoint._core.journal import ErrorDocument
from taskpoint.runtime.process.signals import Suspended

BREAKS = ("POL-012",)


@replaces("taskpoint.runtime.execution.run:Run.outcome")
def outcome(original, self, call, host, end):
    if isinstance(end.error, Suspended) and call.job.task.policies is not None:
        call.job.original = RuntimeError("suspended")
        return Outcome(error=ErrorDocument("RuntimeError", "suspended"))
    return original(self, call, host, end)
