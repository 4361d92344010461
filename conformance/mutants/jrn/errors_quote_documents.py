"""The error for a refused document quotes it."""

from mutating import replaces

from taskpoint.errors import FormatError

BREAKS = ("JRN-023",)


@replaces("taskpoint.models.convert:entry_from_document")
def entry_from_document(original, document, *, where="entry"):
    try:
        return original(document, where=where)
    except FormatError as error:
        raise FormatError(f"{error.message}: {document}", code=error.code) from None
