"""A state shows the metadata that is stored."""

from mutating import replaces

from taskpoint.codec import decode

BREAKS = ("RUN-042",)


@replaces("taskpoint.runtime.state.snapshots:metadata_of")
def metadata_of(_, checkpoint):
    return decode(checkpoint.metadata)
