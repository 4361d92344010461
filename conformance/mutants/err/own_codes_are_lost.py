"""An error of the library that ends a run is reported as one of the workflow."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("ERR-031",)


@replaces("taskpoint.runtime.values.failures:describe")
def describe(original, exc, path):
    document = original(exc, path)
    if isinstance(exc, UsageError):
        document.type = "UsageError"
    return document
