"""A run after an update sees what was saved before it."""

from mutating import replaces

BREAKS = ("RUN-026",)


@replaces("taskpoint.runtime.state.forks:saved_in")
def saved_in(original, checkpoint):
    return checkpoint.parent_id if checkpoint is not None and checkpoint.source == "update" else original(checkpoint)
