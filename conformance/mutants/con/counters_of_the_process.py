"""Runs that overlap in a process share their counters."""

from mutating import replaces

from taskpoint.runtime.writing.heartbeat import HEART

BREAKS = ("CON-014",)


SCOPES = {}


@replaces("taskpoint._core.machine:Machine.open_scope")
def open_scope(original, self, path=""):
    scope = original(self, path)
    running = [run.machine for run in HEART._runs]
    for machine in [each for each in SCOPES if each not in running or each is self]:
        del SCOPES[machine]
    for other in SCOPES.values():
        scope.matcher._free, scope.matcher._counts = other.matcher._free, other.matcher._counts
    SCOPES[self] = scope
    return scope
