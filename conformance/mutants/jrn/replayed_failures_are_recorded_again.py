"""A failure that is replayed is recorded once more."""

from dataclasses import replace

from mutating import replaces

from taskpoint._core.journal import TaskFailed

BREAKS = ("JRN-014",)


@replaces("taskpoint._core.machine:Machine.call")
def call(original, self, scope, name, digest, *rest):
    made = original(self, scope, name, digest, *rest)
    if made.replayed and isinstance(made.outcome, TaskFailed):
        self.outbox.append((replace(made.outcome, attempt_id=self.attempt_id), None))
    return made
