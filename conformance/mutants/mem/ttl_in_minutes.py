"""The file has the time to live in minutes."""

from mutating import replaces

BREAKS = ("MEM-051",)


@replaces("taskpoint.stores.sqlite:_Shelf.put")
def put(original, self, row):
    original(self, row._replace(ttl=None if row.ttl is None else row.ttl / 60))
