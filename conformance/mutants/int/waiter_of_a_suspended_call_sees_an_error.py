"""Who waits for a suspended call sees an ordinary error."""

from mutating import replaces

from taskpoint.runtime.process.signals import Suspended

BREAKS = ("INT-012",)


@replaces("taskpoint.runtime.execution.sync_host:SyncFuture.result")
def result(original, self, timeout=None):
    try:
        return original(self, timeout)
    except Suspended:
        raise RuntimeError("suspended") from None
