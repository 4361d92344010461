"""A fork begins the next attempt by itself."""

from mutating import replaces

from taskpoint._core.journal import RunResumed

BREAKS = ("STA-032",)


@replaces("taskpoint.runtime.forks:_kept")
def _kept(original, origin, before):
    entries = list(original(origin, before))
    last = entries[-1]
    return [*entries, RunResumed(last.seq + 1, last.at, f"{last.attempt_id}-fork", 2, [])]
