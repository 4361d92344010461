"""A fork leaves out the outcome of the call, and keeps what was recorded later."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-031",)


@replaces("taskpoint.runtime.state.forks:kept_before")
def kept_before(original, entries, place):
    if original(entries, place) is None:
        return None
    kept = [each for each in entries if getattr(each, "path", None) != place and each.kind != "run.completed"]
    return [replace(each, seq=seq) for seq, each in enumerate(kept)]
