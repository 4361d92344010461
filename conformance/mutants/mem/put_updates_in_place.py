"""A put of an item that is there updates its row, which keeps its number."""

from mutating import replaces

from taskpoint.stores import _sqlite_text

BREAKS = ("MEM-011", "MEM-052")


@replaces("taskpoint.stores.sqlite:_Shelf.put")
def put(original, self, row):
    changed = self._connection.execute(
        "UPDATE store_items SET value = ?, updated_at = ?, ttl = ?, expires_at = ? WHERE namespace = ? AND key = ?",
        (row.value, row.updated_at, row.ttl, row.expires_at, _sqlite_text.write(row.namespace), row.key),
    )
    if not changed.rowcount:
        original(self, row)
