"""With a limit, a call beyond it is refused."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("CON-020",)


@replaces("taskpoint.runtime.execution.run:Run.make")
def make(original, self, scope, task, digest, key):
    if self.limit is not None and scope.open >= self.limit:
        raise UsageError("too many calls", code="usage.option_invalid")
    return original(self, scope, task, digest, key)
