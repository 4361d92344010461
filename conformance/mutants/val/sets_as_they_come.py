"""A set is written in the order in which it comes."""

from mutating import replaces

BREAKS = ("VAL-076",)


@replaces("taskpoint.codec._walk:_in_order")
def _in_order(original, trees, *, keyed=False, code="value.not_encodable"):
    known = original(trees, keyed=keyed, code=code)
    return known if keyed else list(trees)
