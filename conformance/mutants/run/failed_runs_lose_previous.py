"""After a run that did not complete nothing is saved."""

from mutating import replaces

BREAKS = ("RUN-032",)


@replaces("taskpoint.runtime.state.forks:saved_in")
def saved_in(original, checkpoint):
    return None if checkpoint is not None and checkpoint.source == "input" else original(checkpoint)
