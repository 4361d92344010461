"""Replayed results are shown as events."""

from mutating import replaces

BREAKS = ("RUN-035",)


@replaces("taskpoint.runtime.execution.sync_host:SyncHost._deliver_next")
def _deliver_next(original, self):
    delivered = original(self)
    if delivered is not None and delivered.replayed and self.run.bus is not None:
        self.run.bus.call_ended(delivered)
    return delivered
