"""The exclamation mark stands in paths as it is."""

from mutating import replaces

BREAKS = ("IDN-020",)


@replaces("taskpoint._core.paths:encode_name")
def encode_name(original, name):
    return original(name).replace("%21", "!")
