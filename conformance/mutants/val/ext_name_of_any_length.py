"""An extension may have a name of any length, and none."""

from mutating import replaces

BREAKS = ("VAL-059",)


@replaces("taskpoint.codec._walk:_is_ext")
def _is_ext(original, content):
    return type(content) is dict and original({**content, "name": "x"} if type(content.get("name")) is str else content)
