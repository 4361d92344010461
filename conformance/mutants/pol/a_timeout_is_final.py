"""A timeout is not tried again."""

from mutating import replaces

BREAKS = ("POL-021",)
KILLED_BY = ("driver.timeout",)


@replaces("taskpoint.runtime.definitions.policies:_may_be_mended")
def may_be_mended(original, error):
    return original(error) and not isinstance(error, TimeoutError)
