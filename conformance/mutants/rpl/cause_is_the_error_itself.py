"""Only an error that itself left the scope is run again, none that it was raised from."""

from mutating import replaces

BREAKS = ("RPL-041",)


@replaces("taskpoint.runtime.values.failures:links")
def links(original, error):
    yield error
