"""A bare integer beyond the safe range is rounded to a double, as JavaScript does."""

import json

from mutating import replaces

from taskpoint.errors import ValueEncodingError

BREAKS = ("VAL-011",)


@replaces("taskpoint.codec:decode")
def decode(original, text):
    if isinstance(text, str):
        return original(text)
    try:
        return original(text)
    except ValueEncodingError as error:
        if error.code != "value.out_of_range" or not text.lstrip(b"-").isdigit():
            raise
        return float(json.loads(text))
