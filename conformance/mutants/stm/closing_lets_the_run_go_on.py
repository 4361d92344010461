"""Whoever closes a stream waits until its run has ended by itself."""

from mutating import replaces

BREAKS = ("STM-019",)


@replaces("taskpoint.runtime.streams.streaming:Brake.pull")
def pull(original, self, error):
    pass
