"""A filter asks whether the metadata has the member, and not which value."""

from mutating import replaces

from taskpoint.runtime.state import metadata_of

BREAKS = ("STA-002",)


@replaces("taskpoint.runtime.state:_has")
def has(_, checkpoint, wanted):
    return wanted.keys() <= metadata_of(checkpoint).keys()
