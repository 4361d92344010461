"""The history of a named checkpoint is that of its thread."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-005",)


@replaces("taskpoint.runtime.state.snapshots:history")
def history(original, forms, saver, config, listing):
    return original(forms, saver, replace(config, checkpoint_id=None), listing)
