"""The digest of a call is its key, also where an argument has no encoding."""

from mutating import replaces

BREAKS = ("POL-041",)


@replaces("taskpoint.runtime.definitions.caching:CachePolicy.key")
def key(original, self, args, kwargs, digest):
    return digest if self.key_func is None else original(self, args, kwargs, digest)
