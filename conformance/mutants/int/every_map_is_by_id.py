"""An answer that is a map is always read as answers by id."""

from mutating import replaces

BREAKS = ("INT-015",)


@replaces("taskpoint.runtime.values.commands:_looks_like_id")
def _looks_like_id(original, key):
    return isinstance(key, str)
