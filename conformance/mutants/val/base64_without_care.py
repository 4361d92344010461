"""`$bytes` takes base64 without padding, with line breaks, and with unused bits set."""

import base64

from mutating import replaces

BREAKS = ("VAL-053",)


@replaces("taskpoint.codec._scalars:normal_bytes")
def normal_bytes(original, text):
    clean = "".join(text.split()).rstrip("=")
    return original(base64.b64encode(base64.b64decode(clean + "=" * (-len(clean) % 4))).decode())
