"""A put of an item that is there leaves it where it was in the order."""

from mutating import replaces

BREAKS = ("MEM-011",)


@replaces("taskpoint.stores.memory:_Shelf.put")
def put(original, self, row):
    space = self._spaces.get(row.namespace, {})
    if row.key in space:
        space[row.key] = (space[row.key][0], row)
    else:
        original(self, row)
