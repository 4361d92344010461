"""A condition on a member that is absent never fits."""

from mutating import replaces

BREAKS = ("MEM-020",)


@replaces("taskpoint.stores._filters:_members")
def members(original, conditions):
    fits = original(conditions)
    return lambda value: fits(value) and conditions.keys() <= value.keys()
