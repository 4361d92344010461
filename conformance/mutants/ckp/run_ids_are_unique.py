"""An input with the run id of the last run is taken for that run."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("CKP-010",)


@replaces("taskpoint.runtime.runs.beginning:_start")
def _start(original, entrypoint, saver, request):
    head = saver.head(request.config.thread_id)
    if head and request.config.run_id and head.checkpoint.run_id == request.config.run_id:
        raise UsageError("that run took place", code="run.nothing_to_resume")
    return (yield from original(entrypoint, saver, request))
