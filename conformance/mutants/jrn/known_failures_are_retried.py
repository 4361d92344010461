"""A write that is known to have failed is made again."""

from mutating import replaces

from taskpoint.errors import SaverError

BREAKS = ("JRN-032",)


@replaces("taskpoint.runtime.writer:Writer._surely")
def _surely(original, self, write, seq):
    try:
        original(self, write, seq)
    except SaverError as error:
        if error.committed is not False:
            raise
        original(self, write, seq)
