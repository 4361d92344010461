"""A recorded value that does not fit is an error like any other, which the workflow may catch."""

from mutating import replaces

BREAKS = ("TYP-003",)


@replaces("taskpoint.runtime.execution.sync_host:SyncHost.read")
def read(original, self, outcome, job):
    from taskpoint.runtime.execution.host import Host

    return Host.read(self, outcome, job)
