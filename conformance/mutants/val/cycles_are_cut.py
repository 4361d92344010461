"""A value that contains itself is refused like one without an encoding."""

from mutating import replaces

from taskpoint.codec._model import Refusal

BREAKS = ("VAL-041",)


@replaces("taskpoint.codec._walk:to_tree")
def to_tree(original, value, room=128):
    if type(value) is list and any(item is value for item in value):
        raise Refusal("value.not_encodable", "a value contains itself")
    return original(value, room)
