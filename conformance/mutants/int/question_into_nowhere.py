"""An interrupt in a run without a saver is refused as if it were outside of a run."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("INT-025",)


@replaces("taskpoint.runtime.execution.host:Host.interrupt")
def interrupt(original, self, value, schema=None):
    if self.run.writer is None:
        raise UsageError("nowhere to wait", code="usage.outside_run")
    return original(self, value, schema)
