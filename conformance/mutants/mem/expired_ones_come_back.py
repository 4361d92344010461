"""A put under a key that has expired keeps the time of creation."""

from mutating import replaces

BREAKS = ("MEM-030", "MEM-002")


@replaces("taskpoint.stores.sqlite:_Shelf.remove_expired")
def remove_expired(original, self, now):
    pass
