"""Tasks that are called alike share their results."""

from mutating import replaces

BREAKS = ("POL-041",)


@replaces("taskpoint.runtime.definitions.caching:namespace_of")
def namespace_of(original, kind, name, version):
    return original(kind, "task", version)
