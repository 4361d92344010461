"""A date and time without an offset is taken for UTC."""

from datetime import UTC

from mutating import replaces

BREAKS = ("VAL-056",)


@replaces("taskpoint.codec._scalars:write_datetime")
def write_datetime(original, value):
    return original(value if value.tzinfo else value.replace(tzinfo=UTC))
