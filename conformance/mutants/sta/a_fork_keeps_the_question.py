"""A fork before an interrupt drops the answer only."""

from mutating import replaces

BREAKS = ("STA-031",)


@replaces("taskpoint.runtime.state.forks:kept_before")
def kept_before(original, entries, place):
    kept = original(entries, place)
    if kept is not None and "!" in place:
        kept = list(entries[: len(kept) + 1])
    return kept
