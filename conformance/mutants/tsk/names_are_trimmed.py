"""A given name is trimmed."""

from mutating import replaces

BREAKS = ("TSK-004",)


@replaces("taskpoint.runtime.definitions:check_name")
def check_name(original, kind, name):
    return original(kind, name.strip() if isinstance(name, str) and name.strip() else name)
