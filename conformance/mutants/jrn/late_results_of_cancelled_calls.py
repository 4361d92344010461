"""The result of a call comes late, after its cancellation was recorded, and is recorded too."""

from mutating import replaces

from taskpoint._core.calls import State

BREAKS = (
    "JRN-008",
    "CON-015",
)


@replaces("taskpoint.runtime.execution.run:Run.finish")
def finish(original, self, call, outcome):
    if call.state is State.FINISHED and outcome is not None and call.outcome is not None:
        call.state = State.RUNNING
    original(self, call, outcome)
