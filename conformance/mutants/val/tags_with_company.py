"""A tagged object may have other members; they are dropped."""

from mutating import replaces

BREAKS = ("VAL-032",)


@replaces("taskpoint.codec._walk:_normal_content")
def _normal_content(original, tree, tag, room):
    return original({tag: tree[tag]}, tag, room)
