"""Calls that were started run one after the other."""

from mutating import replaces

BREAKS = ("CON-001",)
KILLED_BY = ("driver.timeout",)


@replaces("taskpoint.runtime.execution.run:Run.__init__")
def init(original, self, *args, **kwargs):
    original(self, *args, **kwargs)
    self.limit = 1
