"""A thread that grows long begins anew."""

from mutating import replaces

BREAKS = ("CKP-001",)


@replaces("taskpoint.runtime.state.forks:tip_of")
def tip_of(original, saver, thread_id):
    tip = original(saver, thread_id)
    if tip.head and tip.head.checkpoint.source == "loop" and tip.head.checkpoint.seq >= 3:
        saver.delete(thread_id)
        return original(saver, thread_id)
    return tip
