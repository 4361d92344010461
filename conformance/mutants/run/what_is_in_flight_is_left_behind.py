"""A scope ends without waiting for the calls that it started."""

from mutating import replaces

BREAKS = ("RUN-030", "JRN-009")


@replaces("taskpoint.runtime.execution.sync_host:SyncHost._drain")
def _drain(original, self, end):
    self.drained_from = len(self.scope.failures)
