"""A task inside a task can call no further task."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("TSK-015",)


@replaces("taskpoint.runtime.execution.run:Run.make")
def make(original, self, scope, task, digest, key):
    if "/" in scope.path:
        raise UsageError("too deep", code="usage.outside_run")
    return original(self, scope, task, digest, key)
