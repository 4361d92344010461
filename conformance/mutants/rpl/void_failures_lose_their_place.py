"""A failure that is to run again is forgotten with its place."""

from mutating import replaces

from taskpoint._core.journal import RunResumed

BREAKS = ("RPL-043",)


@replaces("taskpoint._core.index:Index._read")
def _read(original, self, entry):
    original(self, entry)
    if isinstance(entry, RunResumed):
        self.void.clear()
