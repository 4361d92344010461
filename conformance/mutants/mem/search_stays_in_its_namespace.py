"""A search finds what is in the namespace itself, and nothing below it."""

from mutating import replaces

BREAKS = ("MEM-010",)


@replaces("taskpoint.stores.sqlite:_Shelf.under")
def under(original, self, prefix):
    for row in original(self, prefix):
        if not prefix or row.namespace == prefix:
            yield row
