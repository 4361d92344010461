"""An error's `data` of null is kept apart from none."""

from mutating import replaces

BREAKS = ("VAL-058",)


@replaces("taskpoint.codec:decode")
def decode(original, text):
    data = text.encode() if isinstance(text, str) else text
    original(text)
    return original(data.replace(b',"data":null', b',"path":"data"') if b"$error" in data else text)
