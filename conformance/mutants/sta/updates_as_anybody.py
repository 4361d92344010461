"""An update may come from a node of any name."""

from mutating import replaces

BREAKS = ("STA-010",)


@replaces("taskpoint.runtime.state:check_node")
def check_node(original, entrypoint, as_node):
    return None
