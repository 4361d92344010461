"""A task is told the path of its caller."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("CTX-010",)


@replaces("taskpoint.runtime.context:Runtime.execution_info")
def execution_info(original, self):
    info = original(self)
    return replace(info, path=info.path.rpartition("/")[0]) if "/" in info.path else info
