"""A time to live of zero or less means for ever."""

from mutating import replaces

BREAKS = ("MEM-032",)


@replaces("taskpoint.stores._rules:check_ttl")
def check_ttl(original, name, ttl, most=1e9):
    if type(ttl) is not int:
        original(name, ttl, most)
