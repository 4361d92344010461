"""Spaces are percent-encoded, as in an address."""

from mutating import replaces

BREAKS = ("IDN-021",)


@replaces("taskpoint._core.paths:encode_name")
def encode_name(original, name):
    return original(name).replace(" ", "%20")
