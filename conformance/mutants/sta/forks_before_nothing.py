"""A fork before a call that was not made keeps the whole journal."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("STA-033",)


@replaces("taskpoint.runtime.forks:_kept")
def _kept(original, origin, before):
    try:
        return original(origin, before)
    except UsageError:
        return original(origin, None)
