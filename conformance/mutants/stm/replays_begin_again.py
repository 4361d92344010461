"""The beginning of a call is shown whether or not its outcome is replayed."""

from mutating import replaces

BREAKS = ("STM-003",)


@replaces("taskpoint.runtime.execution.sync_host:SyncHost.call")
def call(original, self, *args):
    future = original(self, *args)
    if future.call.replayed and self.run.bus is not None:
        with self.run.lock:
            self.run.bus.call_began(self.run, future.call, None)
    return future
