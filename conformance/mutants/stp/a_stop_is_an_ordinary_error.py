"""What leaves a run that was stopped is an error like any other."""

from mutating import replaces

from taskpoint import StopRun

BREAKS = ("STP-001",)


class Stopped(StopRun, Exception):
    """What ordinary handlers take."""


@replaces("taskpoint.runtime.runs.stopping:Use.stop")
def stop(original, self):
    if self._run is not None:
        self._run.halt_now(Stopped())
    return self._run is not None
