"""A cancelled call is shown as one that returned null."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-001",)


@replaces("taskpoint.runtime.state:_tasks")
def tasks(original, checkpoint, index, interrupts):
    return tuple(replace(row, cancelled=False) for row in original(checkpoint, index, interrupts))
