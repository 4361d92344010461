"""Indices are written in hexadecimal."""

from mutating import replaces

BREAKS = ("IDN-002",)


@replaces("taskpoint._core.matching:numbered")
def numbered(original, scope, encoded, index):
    return f"{original(scope, encoded, index).rpartition('#')[0]}#{index:x}"
