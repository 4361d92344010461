"""An attempt that was overtaken goes on with what it does."""

from mutating import replaces

from taskpoint.errors import ConcurrentRunError

BREAKS = ("RUN-015",)


@replaces("taskpoint.runtime.writer:Writer.append")
def append(original, self, seq, entries, closing=None, **options):
    try:
        original(self, seq, entries, closing, **options)
    except ConcurrentRunError:
        if options.get("take"):
            raise
