"""An object among the arguments is digested in the order of its keys."""

import json

from mutating import replaces

BREAKS = ("IDN-040",)


@replaces("taskpoint.codec:_canonical_or_opaque")
def _canonical_or_opaque(original, part):
    text = original(part)
    return (
        json.dumps(json.loads(text), separators=(", ", ":")).encode() if type(part) is dict and len(part) > 1 else text
    )
