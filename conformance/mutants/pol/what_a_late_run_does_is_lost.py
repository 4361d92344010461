"""What is under way when an attempt has taken too long is not recorded."""

from mutating import replaces

from taskpoint import TaskTimeoutError
from taskpoint.runtime.process.signals import Halted

BREAKS = ("POL-033",)


@replaces("taskpoint.runtime.execution.run:Run.outcome")
def outcome(original, self, call, host, end):
    if isinstance(self.ending, Halted) and isinstance(self.ending.error, TaskTimeoutError):
        return None
    return original(self, call, host, end)
