"""A cancellation is recorded at once, whether somebody waits or not."""

from mutating import replaces

BREAKS = ("CON-010",)


@replaces("taskpoint.runtime.execution.sync_host:SyncHost.cancel")
def cancel(original, self, call):
    done = original(self, call)
    self.record_cancelled([call])
    return done
