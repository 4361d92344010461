"""What was cancelled before a call failed is made again with that call."""

from mutating import replaces

from taskpoint._core.journal import TaskCancelled

BREAKS = ("RPL-047",)


@replaces("taskpoint._core.index:Index._cancelled_behind")
def _cancelled_behind(original, self, failed):
    return [each for scope in self.outcomes.values() for each in scope.values() if isinstance(each, TaskCancelled)]
