"""An attempt that was overtaken goes on with what it does."""

from mutating import replaces

from taskpoint.errors import ConcurrentRunError

BREAKS = ("RUN-015",)


@replaces("taskpoint.runtime.writing.writer:Write.judge")
def judge(original, self, error):
    try:
        original(self, error)
    except ConcurrentRunError:
        if self._takes:
            raise
