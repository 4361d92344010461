"""A search gives items in the order of their keys."""

from mutating import replaces

BREAKS = ("MEM-011",)


@replaces("taskpoint.stores.sqlite:_Shelf.under")
def under(original, self, prefix):
    yield from sorted(original(self, prefix), key=lambda row: row.key)
