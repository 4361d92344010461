"""The checkpoint that ends a run carries the version that began it."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("CKP-006",)


@replaces("taskpoint.runtime.runs.attempt:Attempt._write")
def _write(original, self, last, closing=None):
    if closing is not None:
        closing = replace(closing, entrypoint_version=self.checkpoint.entrypoint_version)
    return original(self, last, closing)
