"""A call that was refused because of its key is recorded as failed."""

from mutating import replaces

from taskpoint._core.journal import ErrorDocument, TaskFailed
from taskpoint._core.machine import DuplicateKey

BREAKS = ("IDN-013",)


@replaces("taskpoint._core.machine:Machine._match_key")
def _match_key(original, scope, name, key, digest):
    try:
        return original(scope, name, key, digest)
    except DuplicateKey as duplicate:
        machine = scope.machine
        error = ErrorDocument("usage.key_duplicate", "the key is used")
        stamp = (-1, machine.now(), machine.attempt_id, f"{duplicate}-2", name, digest, True, 1, machine.now())
        machine.outbox.append((TaskFailed(*stamp, error), None))
        raise
