"""A result that cannot be encoded is recorded as null."""

from mutating import replaces

from taskpoint.errors import ValueEncodingError

BREAKS = ("ERR-022",)


@replaces("taskpoint.runtime.values.forms:Form.write")
def write(original, self, value, name):
    try:
        return original(self, value, name)
    except ValueEncodingError:
        return original(self, None, name)
