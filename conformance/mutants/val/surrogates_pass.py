"""A lone surrogate in a key is replaced instead of refused."""

from mutating import replaces

BREAKS = ("VAL-020",)


@replaces("taskpoint.codec._walk:_text")
def _text(original, text):
    return original("".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text))
