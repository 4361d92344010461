"""A run that begins at the beginning of another sees what was saved last before, whoever that saw."""

from mutating import replaces

BREAKS = ("STA-021",)


@replaces("taskpoint.runtime.forks:saved_in")
def saved_in(original, checkpoint):
    return None if checkpoint is not None and checkpoint.source in {"input", "fork"} else original(checkpoint)
