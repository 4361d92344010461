"""A run sees as previous what the last one returned, not what it saved."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("RUN-018",)


@replaces("taskpoint.runtime.state.forks:tip_of")
def tip_of(original, saver, thread_id):
    tip = original(saver, thread_id)
    if tip.head is not None and tip.head.checkpoint.saved is not None:
        return replace(tip, head=replace(tip.head, checkpoint=replace(tip.head.checkpoint, saved=None)))
    return tip
