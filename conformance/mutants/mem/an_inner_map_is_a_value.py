"""A map without operators fits only its equal."""

from mutating import replaces

BREAKS = ("MEM-021",)


@replaces("taskpoint.stores._filters:_condition")
def condition(original, wanted):
    if type(wanted) is dict and not any(name.startswith("$") for name in wanted):
        return original({"$eq": wanted})
    return original(wanted)
