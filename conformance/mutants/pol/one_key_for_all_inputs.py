"""Results are told apart by their task alone."""

from mutating import replaces

BREAKS = ("POL-041",)


@replaces("taskpoint.runtime.definitions.caching:CachePolicy.key")
def key(original, self, args, kwargs, digest):
    return "result" if original(self, args, kwargs, digest) is not None else None
