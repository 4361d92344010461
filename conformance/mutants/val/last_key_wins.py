"""Of two equal keys in an object the last one wins, as in most JSON libraries."""

import json

from mutating import replaces

from taskpoint.errors import ValueEncodingError

BREAKS = ("VAL-003",)


@replaces("taskpoint.codec:decode")
def decode(original, text):
    if isinstance(text, str):
        return original(text)
    try:
        return original(text)
    except ValueEncodingError as error:
        if error.code != "value.duplicate_key":
            raise
        return original(json.dumps(json.loads(text)))
