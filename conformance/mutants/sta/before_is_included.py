"""A history before a checkpoint is not narrowed down."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-003",)


@replaces("taskpoint.runtime.state:history")
def history(original, saver, config, listing):
    return original(saver, config, replace(listing, before=None))
