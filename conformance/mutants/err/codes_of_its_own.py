"""The library has a code that is not in the list."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("ERR-002",)


@replaces("taskpoint.runtime.runs.beginning:_resume")
def _resume(original, entrypoint, saver, request):
    try:
        return (yield from original(entrypoint, saver, request))
    except UsageError as error:
        if error.code == "run.nothing_to_resume":
            error.code = "run.not_found"
        raise
