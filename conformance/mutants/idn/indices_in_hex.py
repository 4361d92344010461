"""Indices are written in hexadecimal."""

from mutating import replaces

BREAKS = ("IDN-002",)


@replaces("taskpoint._core.matching:call_path")
def call_path(original, scope, name, index):
    return f"{original(scope, name, index).rpartition('#')[0]}#{index:x}"
