"""Only the answers of the last command are known."""

from mutating import replaces

from taskpoint._core.journal import RunResumed

BREAKS = ("INT-024",)


@replaces("taskpoint._core.index:Index._read")
def _read(original, self, entry):
    original(self, entry)
    if isinstance(entry, RunResumed):
        self.answers.clear()
