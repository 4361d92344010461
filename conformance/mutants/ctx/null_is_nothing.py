"""A saved null counts as nothing saved, and the default stands in for it."""

from mutating import replaces

BREAKS = ("CTX-004",)


@replaces("taskpoint.runtime.injection:_previous")
def _previous(original):
    from taskpoint.runtime import injection

    value = original()
    return injection._ABSENT if value is None else value
