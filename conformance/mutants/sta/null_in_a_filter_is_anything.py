"""A null in a filter fits what has no such member."""

from mutating import replaces

BREAKS = ("STA-002",)


@replaces("taskpoint.runtime.state.snapshots:_has")
def has(original, checkpoint, wanted):
    return original(checkpoint, {name: text for name, text in wanted.items() if text != b"null"})
