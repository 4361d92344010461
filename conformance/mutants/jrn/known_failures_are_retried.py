"""A write that is known to have failed is made again."""

from mutating import replaces

from taskpoint.errors import SaverError

BREAKS = ("JRN-032",)


@replaces("taskpoint.runtime.writing.writer:Write.judge")
def judge(original, self, error):
    try:
        original(self, error)
    except SaverError as known:
        if known.committed is not False:
            raise
        self.verb()
