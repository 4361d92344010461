"""What cannot be called is taken for a function that returns it."""

from mutating import replaces

BREAKS = ("TSK-012",)


@replaces("taskpoint.runtime.definitions.normalising:check_function")
def check_function(original, kind, func):
    return original(kind, func if callable(func) else lambda: func)
