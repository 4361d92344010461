"""A cancelled call is shown as one that returned null."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-001",)


@replaces("taskpoint.runtime.state.snapshots:_tasks")
def tasks(original, *args):
    return tuple(replace(row, cancelled=False) for row in original(*args))
