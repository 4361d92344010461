"""A condition fits when one of its operators does."""

from mutating import replaces

BREAKS = ("MEM-021",)


@replaces("taskpoint.stores._filters:_condition")
def condition(original, wanted):
    if type(wanted) is dict and len(wanted) > 1 and all(name.startswith("$") for name in wanted):
        parts = [original({name: each}) for name, each in wanted.items()]
        return lambda value: any(fits(value) for fits in parts)
    return original(wanted)
