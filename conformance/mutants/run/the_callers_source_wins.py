"""What the caller gave hides what the library adds to the metadata of a state."""

from mutating import replaces

from taskpoint.codec import decode

BREAKS = ("RUN-042",)


@replaces("taskpoint.runtime.state.snapshots:metadata_of")
def metadata_of(original, checkpoint):
    return {**original(checkpoint), **decode(checkpoint.metadata)}
