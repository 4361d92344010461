"""A byte order mark in front of a text is passed over."""

from mutating import replaces

BREAKS = ("VAL-002",)


@replaces("taskpoint.codec:decode")
def decode(original, text):
    return original(text.removeprefix(b"\xef\xbb\xbf") if isinstance(text, bytes) else text)
