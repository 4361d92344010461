"""Names are compared in Unicode normal form C."""

import unicodedata

from mutating import replaces

BREAKS = ("IDN-022",)


@replaces("taskpoint._core.paths:encode_name")
def encode_name(original, name):
    return original(unicodedata.normalize("NFC", name))
