"""The path of a call that stands two scopes deep joins them with a dot."""

from mutating import replaces

BREAKS = ("IDN-001",)


@replaces("taskpoint._core.paths:_join")
def _join(original, scope, last):
    return f"{scope}.{last}" if "/" in scope else original(scope, last)
