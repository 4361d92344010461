"""A call counts as alone when nothing else is open as it finishes."""

from mutating import replaces

BREAKS = ("RPL-015",)


@replaces("taskpoint._core.machine:Machine.finish")
def finish(original, self, call, outcome):
    if call.scope.open == 1:
        call.scope.solo = call
    original(self, call, outcome)
