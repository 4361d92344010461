"""A given name is trimmed."""

from mutating import replaces

BREAKS = ("TSK-004",)


@replaces("taskpoint.runtime.definitions.normalising:split_forms")
def split_forms(original, kind, first, second, options):
    name, function, rest = original(kind, first, second, options)
    return name.strip() if isinstance(name, str) and name.strip() else name, function, rest
