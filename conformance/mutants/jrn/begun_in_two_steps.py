"""The checkpoint of a new run is stored before its first entry."""

from mutating import replaces

BREAKS = ("JRN-002",)


@replaces("taskpoint.runtime.writer:Writer.begin")
def begin(original, self, checkpoint, expected_head, entries, *, take_over):
    if checkpoint.source != "input":
        original(self, checkpoint, expected_head, entries, take_over=take_over)
        return
    self.checkpoint_id = checkpoint.id
    self.saver.begin(checkpoint, expected_head, [], self.holder(), take_over=take_over)
    self.append(0, entries, take=True, take_over=take_over)
