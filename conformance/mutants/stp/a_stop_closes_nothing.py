"""A run that is stopped just ends: nothing says so in its journal."""

from mutating import replaces

from taskpoint._core.journal import RunStopped

BREAKS = ("RUN-020",)


@replaces("taskpoint.runtime.runs.attempt:Attempt._write")
def _write(original, self, last, closing=None):
    if not isinstance(last, RunStopped):
        yield from original(self, last, closing)
