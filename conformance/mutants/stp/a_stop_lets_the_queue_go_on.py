"""Calls that waited for their turn when the run was stopped get it."""

from mutating import replaces

from taskpoint._core.calls import State

BREAKS = ("RUN-020",)


@replaces("taskpoint.runtime.execution.crew:Crew._next")
def _next(original, self):
    while self.queue and not self.resuming and self._may_start_thread():
        call = self.queue.popleft()
        if call.state is State.MADE and not call.scope.is_over():
            return call
    return None
