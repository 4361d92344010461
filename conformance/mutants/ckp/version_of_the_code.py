"""The checkpoint that ends a run carries the version of the code that ended it."""

from mutating import replaces

BREAKS = ("CKP-006",)


@replaces("taskpoint.runtime.runs.attempt:Attempt._completed")
def _completed(original, self, value):
    self.checkpoint.entrypoint_version = self.entrypoint.version
    return (yield from original(self, value))
