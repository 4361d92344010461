"""A call whose function swallows the divergence inside it gets an outcome."""

from mutating import replaces

from taskpoint.runtime.process.signals import Halted

BREAKS = ("RPL-025",)


@replaces("taskpoint.runtime.execution.run:Run.outcome")
def outcome(original, self, call, host, end):
    if isinstance(self.ending, Halted) and end.error is None:
        host.scope.suspended = False
    return original(self, call, host, end)
