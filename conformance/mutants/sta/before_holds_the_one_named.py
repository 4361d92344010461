"""A history before a checkpoint begins with this one."""

from dataclasses import replace
from itertools import chain, islice

from mutating import replaces

BREAKS = ("STA-003",)


@replaces("taskpoint.runtime.state.snapshots:history")
def history(original, forms, saver, config, listing):
    shown = original(forms, saver, config, replace(listing, before=None, limit=None))
    for state in shown:
        if listing.before in (None, state.config["configurable"]["checkpoint_id"]):
            yield from islice(chain([state], shown), listing.limit)
            return
