"""In the form with a dict, only the name is read from it."""

from collections.abc import Mapping

from mutating import replaces

BREAKS = ("TSK-001",)


@replaces("taskpoint.runtime.definitions.normalising:split_forms")
def split_forms(original, kind, first, second, options):
    if isinstance(first, Mapping) and second is not None:
        first = {"name": first["name"]} if "name" in first else {}
    return original(kind, first, second, options)
