"""A call whose result was delivered can still be cancelled."""

from mutating import replaces

from taskpoint._core.calls import State
from taskpoint._core.journal import TaskCancelled

BREAKS = ("CON-017",)


@replaces("taskpoint.runtime.execution.sync_host:SyncHost.cancel")
def cancel(original, self, call):
    if call.state is State.DELIVERED:
        known = call.outcome
        stamp = (known.seq, known.at, known.attempt_id, known.path, known.name, known.input_digest)
        call.outcome = TaskCancelled(*stamp, known.alone, known.attempts, known.started_at)
    return original(self, call)
