"""An entrypoint that is invoked inside a run keeps its timeout, and forgets its retry policy."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("CMP-005",)
KILLED_BY = ("driver.timeout",)


@replaces("taskpoint.runtime.composition:Nested.__init__")
def init(original, self, *args):
    original(self, *args)
    if self.policies is not None:
        self.policies = replace(self.policies, retry=())
