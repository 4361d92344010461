"""A fork says that it comes from the head, and not from what it was made of."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-030",)


@replaces("taskpoint.runtime.state.forks:forked")
def forked(original, origin, tip, config):
    return replace(original(origin, tip, config), parent_id=tip.id)
