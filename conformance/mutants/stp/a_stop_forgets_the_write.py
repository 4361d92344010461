"""A write that was under way when the stop came is taken for broken off."""

from mutating import replaces

from taskpoint import SaverError
from taskpoint.runtime.process.signals import Halted

BREAKS = ("STP-003",)


@replaces("taskpoint.runtime.writing.commits:Commits._written")
def _written(original, self, batch):
    failure = original(self, batch)
    if failure is None and isinstance(self.ending, Halted):
        return SaverError("broken off", committed=False)
    return failure
