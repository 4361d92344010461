"""The type of a recorded error names its module."""

from mutating import replaces

BREAKS = ("ERR-011",)


@replaces("taskpoint.runtime.values.failures:describe")
def describe(original, exc, path):
    document = original(exc, path)
    if document.data is not None:
        document.type = f"{type(exc).__module__}.{document.type}"
    return document
