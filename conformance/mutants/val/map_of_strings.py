"""A `$map` whose keys are all strings is taken for an object."""

from mutating import replaces

from taskpoint.codec import _walk

BREAKS = ("VAL-077",)


@replaces("taskpoint.codec._walk:_normal_map")
def _normal_map(original, content, room):
    if (
        isinstance(content, list)
        and content
        and all(isinstance(p, list) and len(p) == 2 and type(p[0]) is str for p in content)
    ):
        return _walk._in_order(content, keyed=True)
    return original(content, room)
