"""An item fits when one of the conditions does."""

from mutating import replaces

BREAKS = ("MEM-020",)


@replaces("taskpoint.stores._filters:_members")
def members(original, conditions):
    parts = [original({name: each}) for name, each in conditions.items()]
    return (lambda value: any(fits(value) for fits in parts)) if parts else original(conditions)
