"""What an outer call says to run again is not followed."""

from mutating import replaces

BREAKS = ("RPL-042",)


@replaces("taskpoint._core.index:Index.closure")
def closure(original, self, paths):
    known = original(self, paths)
    return [path for path in known if path in paths]
