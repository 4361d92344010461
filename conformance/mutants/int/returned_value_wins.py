"""A body that swallows the signal and returns completes the run."""

from mutating import replaces

BREAKS = ("INT-013",)


@replaces("taskpoint.runtime.runs.attempt:Attempt._end")
def _end(original, self, end, host):
    if end.error is None:
        self.run.machine.raised.clear()
    return (yield from original(self, end, host))
