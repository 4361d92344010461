"""A mode that does not exist shows updates."""

from mutating import replaces

BREAKS = ("STM-011",)
KILLED_BY = ("driver.protocol",)


@replaces("taskpoint.runtime.streams.parts:read_stream_options")
def read_stream_options(original, mode, version, *, subgraphs):
    from taskpoint import UsageError

    try:
        return original(mode, version, subgraphs=subgraphs)
    except UsageError:
        return original(["updates"], "v2", subgraphs=subgraphs)
