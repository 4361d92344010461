"""A fork cuts at the outcome of the call, and keeps what its function had recorded."""

from mutating import replaces

BREAKS = ("STA-031",)


@replaces("taskpoint.runtime.state.forks:kept_before")
def kept_before(original, entries, place):
    ends = [count for count, each in enumerate(entries) if getattr(each, "path", None) == place]
    return list(entries[: ends[0]]) if ends else original(entries, place)
