"""A body that ends with an error fails the run, although something is asked."""

from mutating import replaces

BREAKS = ("INT-014",)


@replaces("taskpoint.runtime.runs.attempt:Attempt._end")
def _end(original, self, end, host):
    if isinstance(end.error, Exception):
        self.run.machine.raised.clear()
    return (yield from original(self, end, host))
