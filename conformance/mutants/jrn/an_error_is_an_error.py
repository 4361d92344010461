"""A write that failed after it took effect ends the run."""

from mutating import replaces

from taskpoint.errors import SaverError

BREAKS = ("JRN-031",)


@replaces("taskpoint.runtime.writer:Writer._surely")
def _surely(original, self, write, seq):
    def strict():
        try:
            write()
        except SaverError as error:
            if error.committed:
                raise SaverError(error.message, committed=False) from None
            raise

    original(self, strict, seq)
