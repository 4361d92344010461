"""A result is recorded as it is; whether it fits shows when somebody reads it."""

from mutating import replaces

from taskpoint import codec

BREAKS = ("TYP-002",)


@replaces("taskpoint.runtime.values.forms:Form.write")
def write(original, self, value, name):
    try:
        return original(self, value, name)
    except Exception:
        return codec.encode_and_decode(value)
