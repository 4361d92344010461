"""An error of the library is tried again like any other."""

from mutating import replaces

BREAKS = ("POL-004",)


@replaces("taskpoint.runtime.definitions.policies:_may_be_mended")
def may_be_mended(original, error):
    return True
