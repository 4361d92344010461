"""A failure is shown until its call has another outcome, also while that is being made."""

from mutating import replaces

BREAKS = ("RUN-023",)


@replaces("taskpoint.runtime.state.snapshots:_tasks")
def _tasks(original, checkpoint, index, interrupts, value):
    for scope, failures in index.void.items():
        index.outcomes.setdefault(scope, {}).update(failures)
    return original(checkpoint, index, interrupts, value)
