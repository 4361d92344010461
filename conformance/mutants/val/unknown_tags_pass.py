"""An object with an unknown tag is taken for an ordinary object."""

from mutating import replaces

from taskpoint.codec import _walk

BREAKS = ("VAL-031",)


@replaces("taskpoint.codec._walk:_is_tag")
def _is_tag(original, key):
    return original(key) and (key in _walk._READERS or key in _walk._COMPOUND)
