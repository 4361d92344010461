"""A run that returned null leaves the value of the one before for the next."""

from mutating import replaces

BREAKS = ("TSK-021",)


@replaces("taskpoint.runtime.state.forks:saved_in")
def saved_in(original, checkpoint):
    if checkpoint is not None and checkpoint.source == "loop" and checkpoint.value == "null" and not checkpoint.saved:
        return None
    return original(checkpoint)
