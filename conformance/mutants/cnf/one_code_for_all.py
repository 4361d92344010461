"""The driver says `body.failed` of every run that failed."""

from mutating import replaces

BREAKS = ("CNF-007",)


@replaces("answers:failed")
def failed(original, error, recorded, *, entered):
    found = original(error, recorded, entered=entered)
    if found["outcome"] == "failed" and "data" in found["error"]:
        found["code"] = "body.failed"
    return found
