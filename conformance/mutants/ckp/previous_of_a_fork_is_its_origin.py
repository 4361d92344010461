"""The `previous_id` of a fork is the checkpoint that it was made of."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("CKP-007",)


@replaces("taskpoint.runtime.state.forks:forked")
def forked(original, origin, tip, config):
    return replace(original(origin, tip, config), previous_id=origin.id)
