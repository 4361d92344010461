"""Runs that overlap in a process share their counters."""

from mutating import replaces

from taskpoint.runtime.heartbeat import HEART

BREAKS = ("CON-014",)


SCOPES = []


@replaces("taskpoint._core.machine:Scope.__init__")
def init(original, self, machine, path, *args, **kwargs):
    original(self, machine, path, *args, **kwargs)
    if not path:
        running = [run.machine for run in HEART._runs]
        SCOPES[:] = [scope for scope in SCOPES if scope.machine in running and scope.machine is not machine]
        if SCOPES:
            self.matcher._free = SCOPES[0].matcher._free
        SCOPES.append(self)
