"""A time to live of zero or less means for ever."""

from mutating import replaces

BREAKS = ("MEM-032",)


@replaces("taskpoint.stores._rules:check_ttl")
def check_ttl(original, name, ttl):
    if type(ttl) is not int:
        original(name, ttl)
