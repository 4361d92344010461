"""A limit counts the checkpoints that a filter leaves out."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-004",)


@replaces("taskpoint.runtime.state:history")
def history(original, saver, config, listing):
    if listing.limit is None:
        return original(saver, config, listing)
    shown = {
        each.config["configurable"]["checkpoint_id"] for each in original(saver, config, replace(listing, filter={}))
    }
    found = original(saver, config, listing)
    return iter([each for each in found if each.config["configurable"]["checkpoint_id"] in shown])
