"""The driver's saver says that a write was made, although it failed."""

from mutating import replaces

from taskpoint import SaverError

BREAKS = ("CNF-008",)


@replaces("runner_saver:RunnerSaver.append")
def append(original, self, *args, **options):
    try:
        original(self, *args, **options)
    except SaverError as error:
        if error.committed is not False:
            raise
