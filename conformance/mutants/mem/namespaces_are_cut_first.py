"""A list cuts namespaces before it looks at how they end."""

from mutating import replaces

BREAKS = ("MEM-014",)


@replaces("taskpoint.stores._engine:_list_namespaces")
def list_namespaces(original, shelf, op, now):
    cut = {each[: op.max_depth] for each in shelf.namespaces(now)}
    fitting = sorted(each for each in cut if all(one.fits(each) for one in op.match_conditions or ()))
    return fitting[op.offset : op.offset + op.limit]
