"""A run that is stopped completes with null."""

from mutating import replaces

from taskpoint.runtime.process.signals import StopRun

BREAKS = ("RUN-020", "RUN-032")


@replaces("taskpoint.runtime.runs.attempt:Attempt._halted")
def _halted(original, self, error, ended_by):
    if not isinstance(error, StopRun):
        return (yield from original(self, error, ended_by))
    yield from self._completed(None)
    return error
