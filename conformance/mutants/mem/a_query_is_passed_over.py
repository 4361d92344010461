"""A search by meaning gives what was put last."""

from mutating import replaces

BREAKS = ("MEM-013",)


@replaces("taskpoint.stores._rules:refuse_query")
def refuse_query(original, query):
    pass
