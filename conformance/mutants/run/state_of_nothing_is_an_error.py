"""The state of a thread that does not exist is refused."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("RUN-024",)


@replaces("taskpoint.runtime.state.snapshots:snapshot")
def snapshot(original, forms, saver, config):
    found = original(forms, saver, config)
    if found.source is None:
        raise UsageError("no such thread", code="usage.config_invalid")
    return found
