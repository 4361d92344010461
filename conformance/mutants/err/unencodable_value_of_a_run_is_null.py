"""A result of the entrypoint that cannot be encoded is stored as null."""

from mutating import replaces

from taskpoint.errors import ValueEncodingError

BREAKS = ("ERR-032",)


@replaces("taskpoint.runtime.runs.attempt:Attempt._completed")
def _completed(original, self, value):
    try:
        return (yield from original(self, value))
    except ValueEncodingError:
        return (yield from original(self, None))
