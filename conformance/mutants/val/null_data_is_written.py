"""An error's `data` of null is kept apart from none."""

from mutating import replaces

BREAKS = ("VAL-058",)


@replaces("taskpoint.codec:decode")
def decode(original, text):
    value = original(text)
    return (
        original(text.replace(b',"data":null', b',"path":"data"'))
        if b"$error" in text and b',"data":null' in text
        else value
    )
