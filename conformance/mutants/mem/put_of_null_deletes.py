"""A put of null deletes what is there."""

from mutating import replaces

BREAKS = ("MEM-004",)


@replaces("taskpoint.stores._rules:check_value")
def check_value(original, value):
    if value is not None:
        original(value)
