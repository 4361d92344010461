"""An entry that breaks its schema is passed over."""

from mutating import replaces

from taskpoint._core.journal import RunStopped
from taskpoint.errors import FormatError

BREAKS = ("JRN-020",)


@replaces("taskpoint.models.convert:entry_from_document")
def entry_from_document(original, document, *, where="entry"):
    try:
        return original(document, where=where)
    except FormatError:
        return RunStopped(document.get("seq", 0), "2026-01-01T00:00:00Z", "unknown")
