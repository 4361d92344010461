"""A task that pauses keeps its place under the limit."""

from mutating import replaces

BREAKS = ("DRH-013",)


@replaces("taskpoint.runtime.execution.loop_host:LoopHost.leave_slot")
def leave_slot(original, self):
    pass
