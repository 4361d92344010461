"""An outcome is shown as soon as it is known, before it is written."""

from mutating import replaces

BREAKS = ("STM-002",)


@replaces("taskpoint._core.machine:Machine.finish")
def finish(original, self, call, outcome):
    original(self, call, outcome)
    bus = call.job.host.run.bus
    if bus is not None:
        bus.call_ended(call)
