"""Whether a run could be begun is not looked at: its code runs all the same."""

from mutating import replaces

from taskpoint.errors import SaverError

BREAKS = (
    "JRN-002",
    "JRN-033",
)


@replaces("taskpoint.runtime.writing.writer:Write.judge")
def judge(original, self, error):
    try:
        original(self, error)
    except SaverError:
        if self.verb.func.__name__ != "begin":
            raise
