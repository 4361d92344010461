"""An extension whose name is not known is refused."""

from mutating import replaces

from taskpoint.codec._model import Refusal

BREAKS = ("VAL-059",)


@replaces("taskpoint.codec._walk:_normal_ext")
def _normal_ext(original, content, room):
    raise Refusal("value.unknown_tag", "an unknown extension")
