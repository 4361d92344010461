"""An item whose value is empty is taken for one that is not there."""

from mutating import replaces

BREAKS = ("MEM-001",)


@replaces("taskpoint.stores._engine:_get")
def get(original, shelf, op, now):
    item = original(shelf, op, now)
    return item if item and item.value else None
