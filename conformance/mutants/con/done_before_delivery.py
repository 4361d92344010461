"""A call is done when it has finished."""

from mutating import replaces

BREAKS = ("CON-012",)


@replaces("taskpoint.runtime.sync_host:SyncFuture.done")
def done(original, self):
    return original(self) or self.call.outcome is not None
