"""A call with a key gets the record under that key, whatever its input is."""

from mutating import replaces

BREAKS = ("RPL-014",)


@replaces("taskpoint._core.matching:Matcher.key")
def key(original, self, name, key, digest):
    return original(self, name, key, None)
