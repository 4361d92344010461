"""A delete removes everything in the namespace of its key."""

from mutating import replaces

BREAKS = ("MEM-007",)


@replaces("taskpoint.stores._engine:_put")
def put(original, shelf, op, now):
    original(shelf, op, now)
    for row in list(shelf.under(op.namespace)) if op.value is None else ():
        shelf.remove(row.namespace, row.key)
