"""A call that was refused because of its key is recorded as failed."""

from mutating import replaces

from taskpoint._core.journal import ErrorDocument, TaskFailed
from taskpoint._core.machine import DuplicateKey

BREAKS = ("IDN-013",)


@replaces("taskpoint._core.machine:Machine.call")
def call(original, self, scope, name, digest, key=None, encoded=None):
    try:
        return original(self, scope, name, digest, key, encoded)
    except DuplicateKey as duplicate:
        error = ErrorDocument("usage.key_duplicate", "the key is used")
        stamp = (-1, self.now(), self.attempt_id, f"{duplicate}-2", name, digest, True, 1, self.now())
        self.outbox.append((TaskFailed(*stamp, error), None))
        raise
