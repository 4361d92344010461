"""The policies of an entrypoint are forgotten where it is invoked inside a run."""

from mutating import replaces

BREAKS = ("CMP-005",)


@replaces("taskpoint.runtime.composition:Nested.__init__")
def init(original, self, *args):
    original(self, *args)
    self.policies = None
