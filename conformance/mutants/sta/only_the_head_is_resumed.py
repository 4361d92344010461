"""A resume whose config names an older run is refused."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("STA-022",)


@replaces("taskpoint.runtime.attempt:_resumed")
def _resumed(original, saver, head, request):
    loaded = original(saver, head, request)
    if loaded is not head and loaded is not None and not loaded.is_head:
        raise UsageError("an older run", code="run.nothing_to_resume")
    return loaded
