"""A function without a name is recorded as `lambda`."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("TSK-005",)


@replaces("taskpoint.runtime.definitions.normalising:function_name")
def function_name(original, kind, func):
    try:
        return original(kind, func)
    except UsageError:
        return "lambda"
