"""The storage gets the limit, and the filter what comes back."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-004",)


@replaces("taskpoint.runtime.state.snapshots:history")
def history(original, forms, saver, config, listing):
    newest = {each.id for each in saver.history(config.thread_id, listing.before, listing.limit)}
    for state in original(forms, saver, config, replace(listing, limit=None)):
        if state.config["configurable"]["checkpoint_id"] in newest:
            yield state
