"""The library puts members of its own into the metadata."""

from mutating import replaces

BREAKS = ("CKP-011",)


@replaces("taskpoint.runtime.definitions.config:_metadata")
def _metadata(original, metadata):
    return original({**metadata, "writes": None} if metadata else metadata)
