"""A run without a thread id is refused as one with a bad config."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("RUN-036",)


@replaces("taskpoint.runtime.runs.beginning:begin")
def begin(original, entrypoint, request):
    try:
        return (yield from original(entrypoint, request))
    except UsageError as error:
        if error.code == "usage.thread_id_missing":
            error.code = "usage.config_invalid"
        raise
