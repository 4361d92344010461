"""The value of an interrupt inside a task is not shown."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("INT-001",)


@replaces("taskpoint.runtime.attempt:Attempt._interrupted")
def _interrupted(original, self, error, host):
    original(self, error, host)
    self.interrupts = [
        replace(each, value=None) if "/" in each.id or "#" in each.id else each for each in self.interrupts
    ]
