"""A call that fails while its run is being stopped is tried again."""

from mutating import replaces

from taskpoint._core.calls import State

BREAKS = ("POL-012",)


@replaces("taskpoint.runtime.execution.policed:Policed.goes_on")
def goes_on(original, self):
    return self.call.state is State.RUNNING and not self.call.scope.is_over()
