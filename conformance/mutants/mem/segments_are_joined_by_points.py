"""Namespaces are compared with their segments joined by points."""

from mutating import replaces

BREAKS = ("MEM-005", "MEM-010")


@replaces("taskpoint.stores.memory:_Shelf.under")
def under(original, self, prefix):
    start = ".".join((*prefix, ""))
    for row in original(self, ()):
        if not prefix or ".".join((*row.namespace, "")).startswith(start):
            yield row
