"""A run that begins with what another one recorded says `input`."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("CKP-004",)


@replaces("taskpoint.runtime.state.forks:forked")
def forked(original, origin, tip, config):
    return replace(original(origin, tip, config), source="input")
