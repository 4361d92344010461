"""The value of an interrupt inside a task is not shown."""

from mutating import replaces

BREAKS = ("INT-001",)


@replaces("taskpoint.runtime.runs.attempt:Attempt._interrupted")
def _interrupted(original, self, error, host):
    yield from original(self, error, host)
    self.asked = [(id, "null" if "/" in id or "#" in id else value) for id, value in self.asked]
