"""A fork is made of the run of any entrypoint."""

from mutating import replaces

BREAKS = ("STA-036",)


@replaces("taskpoint.runtime.forks:check_owner")
def check_owner(original, checkpoint, name):
    return None
