"""What was executed before a crash counts."""

from mutating import replaces

BREAKS = ("POL-009",)


@replaces("taskpoint.runtime.execution.policed:Policed.__init__")
def init(original, self, run, call, job):
    original(self, run, call, job)
    call.attempts += run.machine.index.attempt - 1
