"""Datetimes are compared as texts, whatever their offsets."""

from mutating import replaces

BREAKS = ("MEM-023",)


@replaces("taskpoint.stores._filters:_rank")
def rank(original, value):
    return ("instant", value.isoformat()) if hasattr(value, "isoformat") else original(value)
