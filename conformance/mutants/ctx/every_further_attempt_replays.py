"""Every attempt after the first is called a replay to its end."""

from mutating import replaces

BREAKS = ("CTX-011",)


@replaces("taskpoint._core.calls:Scope.is_replaying")
def is_replaying(original, self):
    return self.recorded
