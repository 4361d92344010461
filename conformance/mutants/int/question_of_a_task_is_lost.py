"""The value of an interrupt inside a task is not shown."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("INT-001",)


@replaces("taskpoint.runtime.runs.attempt:Attempt._interrupted")
def _interrupted(original, self, error, host):
    yield from original(self, error, host)
    self.asked = [replace(each, value="null") if "/" in each.id or "#" in each.id else each for each in self.asked]
