"""A read that renews an item moves it to the front."""

from mutating import replaces

BREAKS = ("MEM-031", "MEM-011")


@replaces("taskpoint.stores.sqlite:_Shelf.renew")
def renew(original, self, row, expires_at):
    original(self, row, expires_at)  # where only reading is allowed, it says so
    self.put(row._replace(expires_at=expires_at))
