"""A name that means something in the host is refused."""

from mutating import replaces

BREAKS = ("SEC-003",)


@replaces("taskpoint.runtime.definitions.normalising:is_label")
def is_label(original, text):
    return original(text) and not text.startswith("__")
