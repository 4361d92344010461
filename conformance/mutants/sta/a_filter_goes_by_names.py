"""A filter asks whether the metadata has the member, and not which value."""

from mutating import replaces

from taskpoint.runtime.state.snapshots import metadata_of

BREAKS = ("STA-002",)


@replaces("taskpoint.runtime.state.snapshots:_has")
def has(_, checkpoint, wanted):
    return wanted.keys() <= metadata_of(checkpoint).keys()
