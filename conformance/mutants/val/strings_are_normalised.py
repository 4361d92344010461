"""Strings are brought into Unicode normal form C."""

import unicodedata

from mutating import replaces

BREAKS = ("VAL-021",)


@replaces("taskpoint.codec._walk:_text")
def _text(original, text):
    return original(unicodedata.normalize("NFC", text))
