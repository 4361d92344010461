"""An input on a thread with an unfinished run is refused."""

from mutating import replaces

from taskpoint.errors import ConcurrentRunError

BREAKS = ("RUN-003",)


@replaces("taskpoint.runtime.runs.beginning:_start")
def _start(original, entrypoint, saver, request):
    head = saver.head(request.config.thread_id)
    if head is not None and head.checkpoint.source == "input":
        raise ConcurrentRunError("finish the run first")
    return original(entrypoint, saver, request)
