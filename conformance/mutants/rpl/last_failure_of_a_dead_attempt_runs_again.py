"""A failure that was the last thing recorded before the process died runs again."""

from mutating import replaces

from taskpoint._core.index import Status

BREAKS = ("RPL-044",)


@replaces("taskpoint.runtime.runs.beginning:_rerun")
def _rerun(original, retry, index):
    if retry is None and index.status is Status.RUNNING:
        return index.closure(index.failures()[-1:])
    return original(retry, index)
