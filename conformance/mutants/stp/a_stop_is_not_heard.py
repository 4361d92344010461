"""Nobody hears a stop: the run goes on to its end."""

from mutating import replaces

BREAKS = ("RUN-020", "STP-003")


@replaces("taskpoint.runtime.runs.stopping:Use.stop")
def stop(original, self):
    return False
