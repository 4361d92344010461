"""What a thread had saved up to the beginning of a run is nothing."""

from mutating import replaces

BREAKS = ("STA-021",)


@replaces("taskpoint.runtime.state.forks:saved_in")
def saved_in(original, checkpoint):
    return None if checkpoint is not None and checkpoint.input is not None else original(checkpoint)
