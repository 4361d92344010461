"""A record that no call claimed fails the run."""

from mutating import replaces

from taskpoint.errors import ReplayDivergenceError

BREAKS = ("RPL-031",)


@replaces("taskpoint._core.machine:Machine.orphans")
def orphans(original, self):
    found = original(self)
    if found:
        raise ReplayDivergenceError("recorded calls were not made", path=found[0])
    return found
