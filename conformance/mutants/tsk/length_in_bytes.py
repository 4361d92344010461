"""The length of a name is counted in bytes."""

from mutating import replaces

BREAKS = ("TSK-006",)


@replaces("taskpoint.runtime.definitions.normalising:is_label")
def is_label(original, text):
    return original(text) and len(text.encode()) <= 255
