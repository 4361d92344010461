"""A later attempt does not become the holder."""

import time

from mutating import replaces

BREAKS = ("RUN-012",)


@replaces("taskpoint.runtime.writing.writer:Writer.append")
def append(original, self, seq, entries, closing=None, *, take=False, take_over=False):
    if take:
        self._renewed = time.monotonic()
    return original(self, seq, entries, closing, take_over=take_over)
