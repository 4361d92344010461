"""The first run delivers the very exception that the task raised, and only a replay what is recorded of it."""

from mutating import replaces

BREAKS = (
    "RPL-002",
    "ERR-005",
)


@replaces("taskpoint.runtime.values.failures:deliver")
def deliver(original, document, find, path, raised):
    return raised if isinstance(raised, Exception) else original(document, find, path, raised)
