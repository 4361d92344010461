"""A write that failed after it took effect ends the run."""

from mutating import replaces

from taskpoint.errors import SaverError

BREAKS = ("JRN-031",)


@replaces("taskpoint.runtime.writing.writer:Write.judge")
def judge(original, self, error):
    if isinstance(error, SaverError) and error.committed:
        error = SaverError(error.message, committed=False)
    original(self, error)
