"""A limit may be below zero."""

from mutating import replaces

BREAKS = ("MEM-013",)


@replaces("taskpoint.stores._rules:check_count")
def check_count(original, name, value, *, least=0):
    original(name, max(value, least) if type(value) is int else value, least=least)
