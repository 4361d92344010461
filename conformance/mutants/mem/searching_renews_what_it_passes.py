"""A search renews everything that it looks at."""

from mutating import replaces

BREAKS = ("MEM-031",)


@replaces("taskpoint.stores._engine:_search")
def search(original, shelf, op, now):
    if op.refresh_ttl:
        for row in list(shelf.under(op.namespace_prefix)):
            if row.ttl is not None:
                shelf.renew(row, now + row.ttl)
    return original(shelf, op, now)
