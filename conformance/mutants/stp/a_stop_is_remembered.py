"""A stop holds for all runs that begin later, too."""

from mutating import replaces

from taskpoint.runtime.runs import stopping

BREAKS = ("RUN-020",)


@replaces("taskpoint.runtime.runs.stopping:stop_runs")
def stop_runs(original, thread_id=None):
    stopping._REGISTRY.closed += 1
    return original(thread_id)
