"""What was recorded inside an execution is forgotten by the next one."""

from mutating import replaces

BREAKS = (
    "POL-005",
    "POL-022",
)


@replaces("taskpoint._core.machine:Machine.repeat")
def repeat(original, self, call, rerun):
    call.execution.kept.clear()
    return original(self, call, rerun)
