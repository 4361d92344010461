"""Of several pending interrupts the first one is reported."""

from mutating import replaces

BREAKS = ("INT-006",)


@replaces("taskpoint.runtime.runs.attempt:Attempt._interrupted")
def _interrupted(original, self, error, host):
    yield from original(self, error, host)
    del self.asked[1:]
