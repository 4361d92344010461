"""Only the first attempt of a run sees a previous."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("RUN-021",)


@replaces("taskpoint.runtime.runs.beginning:_see_previous")
def _see_previous(original, run, entrypoint, saver, checkpoint, parent, *rest):
    if parent is None:
        checkpoint = replace(checkpoint, previous_id=None)
    original(run, entrypoint, saver, checkpoint, parent, *rest)
