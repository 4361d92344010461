"""What has no input, or names a checkpoint, is asked for all the same."""

from mutating import replaces

BREAKS = ("RUN-046",)


@replaces("taskpoint.runtime.runs.once:check_once")
def check_once(original, request, saver, *, continues):
    if saver is None:
        original(request, saver, continues=continues)
