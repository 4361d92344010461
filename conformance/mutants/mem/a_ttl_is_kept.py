"""A put without a time to live keeps that of the item that is there."""

from mutating import replaces

BREAKS = ("MEM-033", "MEM-002")


@replaces("taskpoint.stores.sqlite:_Shelf.put")
def put(original, self, row):
    before = self.find(row.namespace, row.key)
    if before and row.ttl is None:
        row = row._replace(ttl=before.ttl, expires_at=before.expires_at)
    original(self, row)
