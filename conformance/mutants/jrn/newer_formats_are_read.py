"""A checkpoint of a newer format is read as if it were of this one."""

from mutating import replaces

BREAKS = ("JRN-021",)


@replaces("taskpoint.models.convert:checkpoint_from_document")
def checkpoint_from_document(original, document, *, where="checkpoint"):
    return original({**document, "format": "1.0"} if "format" in document else document, where=where)
