"""The history of a checkpoint is that of its thread."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-005",)


@replaces("taskpoint.runtime.state:history")
def history(original, saver, config, listing):
    return original(saver, replace(config, checkpoint_id=None), listing)
