"""A request that comes second reads again and goes on."""

from mutating import replaces

from taskpoint.errors import ConcurrentRunError

BREAKS = ("RUN-016",)


@replaces("taskpoint.runtime.runs.beginning:_take")
def _take(original, way, entrypoint, saver, request):
    try:
        return (yield from original(way, entrypoint, saver, request))
    except ConcurrentRunError as error:
        if getattr(error, "holder", None):
            raise
        return (yield from original(way, entrypoint, saver, request))
