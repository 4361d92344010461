"""`"all"` runs again what `"uncaught"` does."""

from mutating import replaces

BREAKS = ("RPL-045",)


@replaces("taskpoint.runtime.runs.beginning:_rerun")
def _rerun(original, retry, index):
    return original("uncaught" if retry == "all" else retry, index)
