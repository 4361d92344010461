"""Of a number with many digits only the first are read."""

from mutating import replaces

BREAKS = ("VAL-014",)


@replaces("taskpoint.codec:decode")
def decode(original, text):
    if isinstance(text, str):
        return original(text)
    cut = len(text) > 18 and text.replace(b".", b"").isdigit() and b"." in text[:18]
    return original(text[:18] if cut else text)
