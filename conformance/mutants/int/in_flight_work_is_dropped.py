"""What finishes after a scope was suspended is not recorded."""

from mutating import replaces

BREAKS = ("INT-009",)


@replaces("taskpoint.runtime.execution.run:Run.outcome")
def outcome(original, self, call, host, end):
    return None if self.machine.raised else original(self, call, host, end)
