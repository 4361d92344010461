"""A put adds its members to those that are there."""

from mutating import replaces

from taskpoint import codec

BREAKS = ("MEM-002",)


@replaces("taskpoint.stores.sqlite:_Shelf.put")
def put(original, self, row):
    before = self.find(row.namespace, row.key)
    merged = {**(codec.decode(before.value) if before else {}), **codec.decode(row.value)}
    original(self, row._replace(value=codec.encode(merged)))
