"""Options that nobody knows are ignored."""

from mutating import replaces

BREAKS = ("TSK-009",)


@replaces("taskpoint.runtime.definitions.options:_read")
def _read(original, kind, readers, options):
    return original(kind, readers, {name: each for name, each in options.items() if name in readers})
