"""A key that begins with two `$` already is not escaped once more."""

from mutating import replaces

BREAKS = ("VAL-030",)


@replaces("taskpoint.codec._walk:_object_tree")
def _object_tree(original, value, room):
    tree = original(value, room)
    return {key[1:] if key.startswith("$$$") else key: item for key, item in tree.items()}
