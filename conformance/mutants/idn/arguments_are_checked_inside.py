"""Whether arguments fit is seen when the function is called."""

from mutating import replaces

BREAKS = ("IDN-045",)


@replaces("taskpoint.runtime.values.arguments:ArgumentNames.check")
def check(original, self, name, args, kwargs):
    return None
