"""A bare -0 is read as negative zero."""

from mutating import replaces

BREAKS = ("VAL-012",)


@replaces("taskpoint.codec:decode")
def decode(original, text):
    if isinstance(text, str):
        return original(text)
    return -0.0 if text in (b"-0", b"-0.0") else original(text)
