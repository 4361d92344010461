"""A run that was killed before it recorded anything is held to be nothing."""

from mutating import replaces

BREAKS = ("JRN-013",)


@replaces("taskpoint.runtime.runs.beginning:_is_open")
def _is_open(original, loaded, index):
    return original(loaded, index) and index.length > 1
