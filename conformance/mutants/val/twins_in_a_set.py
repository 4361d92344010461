"""Twins in a `$set` are merged."""

from mutating import replaces

from taskpoint.codec._json import canonical_json

BREAKS = ("VAL-075",)


@replaces("taskpoint.codec._walk:_in_order")
def _in_order(original, trees, *, keyed=False, code="value.not_encodable"):
    if not keyed:
        trees = list({canonical_json(tree): tree for tree in trees}.values())
    return original(trees, keyed=keyed, code=code)
