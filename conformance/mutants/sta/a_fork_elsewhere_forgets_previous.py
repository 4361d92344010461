"""A fork into another thread leaves behind what its run saw as previous."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-038",)


@replaces("taskpoint.runtime.state.forks:_elsewhere")
def elsewhere(original, saver, checkpoint, entries, thread_id):
    return original(saver, replace(checkpoint, previous_id=None), entries, thread_id)
