"""Ids are brought into Unicode normal form C."""

import unicodedata

from mutating import replaces

BREAKS = ("SEC-002",)


@replaces("taskpoint.runtime.definitions.config:check_id")
def check_id(original, value, what):
    return original(unicodedata.normalize("NFC", value) if isinstance(value, str) else value, what)
