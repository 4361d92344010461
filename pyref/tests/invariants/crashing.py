"""A saver that fails at its n-th operation in one of the ways in which savers and processes fail."""

from taskpoint import InMemorySaver, SaverError

MODES = ("refused", "reported", "unknown", "lost", "killed before", "killed after")
"""
refused        the write did not happen, and the saver says so
reported       the write happened, and the saver says so with an error
unknown        the write did not happen, and nobody knows
lost           the write happened, and nobody knows
killed before  the process is gone before the operation: nothing works until the next one
killed after   the process is gone after it
"""


class Crashing(InMemorySaver):
    """Counts its operations; `plan` says at which of them what goes wrong."""

    def __init__(self, plan=None):
        super().__init__()
        self.plan = dict(plan or {})
        self.count = 0
        self.writes = 0
        self.dead = False
        self.acknowledged = []
        """The entries that somebody was told are stored."""

    def _operate(self, operation, entries=(), *, writes=False):
        if self.dead:
            raise SaverError("the process is gone", committed=None)
        self.count += 1
        self.writes += writes
        mode = self.plan.get(self.count)
        if mode is None:
            result = operation()
            self.acknowledged += entries
            return result
        if writes and mode in {"reported", "lost", "killed after"}:
            operation()
        self.dead = mode.startswith("killed")
        committed = {"refused": False, "reported": True if writes else None}.get(mode)
        if committed:
            self.acknowledged += entries
        raise SaverError(f"operation {self.count}: {mode}", committed=committed)

    def head(self, thread_id):
        return self._operate(lambda: super(Crashing, self).head(thread_id))

    def load(self, thread_id, checkpoint_id=None):
        return self._operate(lambda: super(Crashing, self).load(thread_id, checkpoint_id))

    def begin(self, checkpoint, expected_head, entries=(), holder=None, *, take_over=False):
        def write():
            super(Crashing, self).begin(checkpoint, expected_head, entries, holder, take_over=take_over)

        self._operate(write, entries, writes=True)

    def append(self, thread_id, checkpoint_id, expected_seq, entries, closing=None, holder=None, *, take_over=False):
        def write():
            super(Crashing, self).append(
                thread_id, checkpoint_id, expected_seq, entries, closing, holder, take_over=take_over
            )

        self._operate(write, entries, writes=True)

    def peek(self, thread_id="t"):
        """Everything that is stored on a thread, oldest first; never fails."""
        history = InMemorySaver.history(self, thread_id)
        return [InMemorySaver.load(self, thread_id, checkpoint.id) for checkpoint in reversed(history)]
