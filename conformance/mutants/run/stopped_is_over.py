"""A stopped run cannot be resumed."""

from mutating import replaces

from taskpoint._core.index import Status

BREAKS = ("RUN-033",)


@replaces("taskpoint.runtime.runs.beginning:_is_open")
def _is_open(original, loaded, index):
    return original(loaded, index) and index.status is not Status.STOPPED
