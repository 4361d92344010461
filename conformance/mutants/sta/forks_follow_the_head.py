"""The parent of a fork is the head that it replaces."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-030",)


@replaces("taskpoint.runtime.forks:forked")
def forked(original, origin, tip, config):
    return replace(original(origin, tip, config), parent_id=tip.id)
