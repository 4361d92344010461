"""A scope is suspended as soon as a call of it is, whether or not its code waits for it."""

from mutating import replaces

BREAKS = ("INT-028",)


@replaces("taskpoint.runtime.execution.loop_host:LoopHost.is_waiting")
def is_waiting(original, self):
    return original(self) or self.scope.open > 0
