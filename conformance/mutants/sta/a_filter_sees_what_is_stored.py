"""A filter goes by the metadata that is stored, and not by the one that is shown."""

from mutating import replaces

from taskpoint import codec

BREAKS = ("STA-002",)


@replaces("taskpoint.runtime.state.snapshots:_has")
def has(_, checkpoint, wanted):
    stored = codec.decode(checkpoint.metadata)
    return all(name in stored and codec.canonical(stored[name]) == text for name, text in wanted.items())
