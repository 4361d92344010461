"""Behind a call, an interrupt is an ordinary error."""

from mutating import replaces

from taskpoint.runtime.process.signals import Suspended

BREAKS = ("INT-011",)


@replaces("taskpoint.runtime.execution.host:Host.interrupt")
def interrupt(original, self, value, schema=None):
    try:
        return original(self, value, schema)
    except Suspended:
        raise RuntimeError("suspended") from None
