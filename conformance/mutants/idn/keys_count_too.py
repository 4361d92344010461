"""A call with a key counts as a call of its name."""

from mutating import replaces

from taskpoint._core.paths import encode_name

BREAKS = ("IDN-010",)


@replaces("taskpoint._core.matching:Matcher.key")
def key(original, self, name, key, digest):
    encoded = encode_name(name)
    self._free[encoded] = self._free.get(encoded, 0) + 1
    return original(self, name, key, digest)
