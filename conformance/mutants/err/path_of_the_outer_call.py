"""An error that passes through an outer call gets that call's path."""

from mutating import replaces

BREAKS = ("ERR-013",)


@replaces("taskpoint.runtime.execution.host:Host.describe")
def describe(original, self, error, path):
    document = original(self, error, path)
    if path is not None:
        document.path = path
    return document
