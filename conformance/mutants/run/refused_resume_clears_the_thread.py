"""A resume by the wrong entrypoint clears the thread before it is refused."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("RUN-001",)


@replaces("taskpoint.runtime.runs.beginning:_resume")
def _resume(original, entrypoint, saver, request):
    try:
        return (yield from original(entrypoint, saver, request))
    except UsageError as error:
        if error.code == "usage.config_invalid":
            saver.delete(request.config.thread_id)
        raise
