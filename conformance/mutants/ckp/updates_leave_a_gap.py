"""The seq after an update leaves a gap."""

from mutating import replaces

BREAKS = ("CKP-002",)


@replaces("taskpoint.runtime.state.forks:Tip.seq")
def seq(original, self):
    return original(self) + (self.head is not None and self.head.checkpoint.source == "update")
