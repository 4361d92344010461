"""A fork before a call keeps the calls that it had made."""

from mutating import replaces

from taskpoint._core.journal import TaskOutcome

BREAKS = ("STA-031",)


@replaces("taskpoint._core.branching:kept_before")
def kept_before(original, entries, place):
    for count, entry in enumerate(entries):
        if isinstance(entry, TaskOutcome) and entry.path == place:
            return list(entries[:count])
    return original(entries, place)
