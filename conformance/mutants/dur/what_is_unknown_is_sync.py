"""A durability that does not exist is passed over."""

from mutating import replaces

BREAKS = ("DUR-001",)


@replaces("taskpoint.runtime.runs.requests:_ahead")
def ahead(original, durability):
    return original(durability if durability in {"async", "exit"} else None)
