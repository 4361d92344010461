"""An interrupt whose value has no encoding asks null."""

from mutating import replaces

from taskpoint.errors import ValueEncodingError

BREAKS = ("INT-007",)


@replaces("taskpoint.runtime.execution.host:Host.interrupt")
def interrupt(original, self, value, schema=None):
    try:
        return original(self, value, schema)
    except ValueEncodingError:
        return original(self, None, schema)
