"""Of two outcomes at one path the first one read is kept."""

from mutating import replaces

from taskpoint._core.journal import TaskOutcome

BREAKS = ("POL-006",)


@replaces("taskpoint._core.index:Index._read")
def read(original, self, entry):
    if isinstance(entry, TaskOutcome) and self.outcome(entry.path) is not None:
        return
    original(self, entry)
