"""Whatever comes as a context is taken; the code finds out."""

from mutating import replaces

BREAKS = ("CTX-005",)


@replaces("taskpoint.runtime.runs.requests:_context")
def _context(original, given, schema):
    try:
        return original(given, schema)
    except Exception:
        return given
