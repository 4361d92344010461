"""What is under way when a run is stopped is awaited, and then thrown away."""

from mutating import replaces

from taskpoint.runtime.process.signals import Halted, StopRun

BREAKS = ("STP-002", "RUN-020")


@replaces("taskpoint.runtime.execution.run:Run.outcome")
def outcome(original, self, call, host, end):
    if isinstance(self.ending, Halted) and isinstance(self.ending.error, StopRun):
        return None
    return original(self, call, host, end)
