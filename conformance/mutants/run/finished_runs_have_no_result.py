"""The entrypoint of a run that has completed is shown without what the run came to."""

from mutating import replaces

BREAKS = ("RUN-023",)


@replaces("taskpoint.runtime.state.snapshots:_tasks")
def _tasks(original, checkpoint, index, interrupts, value):
    return original(checkpoint, index, interrupts, None)
