"""A call is done when its own result was taken, not when it was delivered."""

from mutating import replaces

BREAKS = ("CON-012",)


@replaces("taskpoint.runtime.execution.sync_host:SyncFuture.done")
def done(original, self):
    return original(self) and self.call.observed
