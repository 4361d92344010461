"""A run that an error of its own body ended is recorded as stopped."""

from mutating import replaces

from taskpoint._core.journal import RunStopped

BREAKS = ("ERR-030",)


@replaces("taskpoint.runtime.writing.writer:Writer.append")
def append(original, self, seq, entries, closing=None, **options):
    last = entries[-1] if entries else None
    if last is not None and last.kind == "run.failed" and not last.rerun:
        entries = [*entries[:-1], RunStopped(last.seq, last.at, last.attempt_id)]
    return original(self, seq, entries, closing, **options)
