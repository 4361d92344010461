"""A refusal of the store is reported as a failure of the saver."""

from mutating import replaces

from taskpoint import SaverError, UsageError

BREAKS = ("MEM-041",)


@replaces("taskpoint.stores._rules:check_key")
def check_key(original, key):
    try:
        original(key)
    except UsageError as error:
        raise SaverError(error.message) from error
