"""Without a saver every input begins."""

from mutating import replaces

BREAKS = ("RUN-046",)


@replaces("taskpoint.runtime.runs.once:check_once")
def check_once(original, request, saver, *, continues):
    if saver is not None:
        original(request, saver, continues=continues)
