"""The mode `checkpoints` shows how runs begin."""

from mutating import replaces

BREAKS = ("STM-014",)


@replaces("taskpoint.runtime.streams.parts:Parts._made")
def _made(original, self, event, checkpoint):
    if type(event).__name__ == "RunBegan":
        yield from original(self, event, checkpoint)
