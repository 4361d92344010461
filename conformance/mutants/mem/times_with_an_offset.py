"""Times are written with an offset, as the host writes them."""

from mutating import replaces

BREAKS = ("MEM-008", "MEM-051")


@replaces("taskpoint.stores.sqlite:_Shelf.put")
def put(original, self, row):
    original(self, row._replace(updated_at=row.updated_at.replace("Z", "+00:00")))
