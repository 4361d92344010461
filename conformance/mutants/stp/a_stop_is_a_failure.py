"""A run that is stopped fails, with an error that policies cover."""

from mutating import replaces

from taskpoint import StoreError

BREAKS = ("RUN-020", "POL-032")


@replaces("taskpoint.runtime.runs.stopping:Use.stop")
def stop(original, self):
    self._run.halt_now(StoreError("the run was stopped"))
    return True
