"""A generator function is taken like any other."""

import inspect

from mutating import replaces

BREAKS = ("TSK-013",)


@replaces("taskpoint.runtime.definitions.normalising:check_function")
def check_function(original, kind, func):
    return func if inspect.isgeneratorfunction(func) else original(kind, func)
