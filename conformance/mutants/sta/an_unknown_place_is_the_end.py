"""A fork before a place that does not exist keeps the whole journal."""

from mutating import replaces

from taskpoint import UsageError

BREAKS = ("STA-033",)


@replaces("taskpoint.runtime.state.forks:_kept")
def kept(original, origin, before):
    try:
        return original(origin, before)
    except UsageError:
        return original(origin, None)
