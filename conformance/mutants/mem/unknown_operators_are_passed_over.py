"""An operator that does not exist fits everything."""

from mutating import replaces

BREAKS = ("MEM-024",)


@replaces("taskpoint.stores._filters:_operation")
def operation(original, name, operand):
    return original(name, operand) if name in {"$eq", "$ne", "$gt", "$gte", "$lt", "$lte"} else lambda value: True
