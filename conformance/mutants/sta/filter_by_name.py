"""A filter keeps whatever has the members, with any value."""

from mutating import replaces

from taskpoint.runtime.recorded import decode

BREAKS = ("STA-002",)


@replaces("taskpoint.runtime.state:_has")
def _has(original, checkpoint, wanted):
    return set(wanted) <= set(decode(checkpoint.metadata, "the metadata"))
