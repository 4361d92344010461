"""A resume goes on with the newest run, whichever is named."""

from mutating import replaces

BREAKS = ("STA-022",)


@replaces("taskpoint.runtime.runs.beginning:_resumed")
def resumed(original, saver, head, request):
    return original(saver, head, request) and head
