"""A missing function is reported as one that cannot be called."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("TSK-011",)


@replaces("taskpoint.runtime.definitions.normalising:split_forms")
def split_forms(original, kind, first, second, options):
    try:
        return original(kind, first, second, options)
    except UsageError as error:
        raise UsageError(error.message, code="usage.not_callable") from None
