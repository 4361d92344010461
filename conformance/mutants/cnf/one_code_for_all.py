"""The driver says `body.failed` of every run that failed."""

from mutating import replaces

BREAKS = ("CNF-007",)


@replaces("runs:_failure")
def _failure(original, error, saver, *, entered):
    found = original(error, saver, entered=entered)
    if found["outcome"] == "failed" and "data" in found["error"]:
        found["code"] = "body.failed"
    return found
