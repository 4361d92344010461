"""An input of zero, false or an empty text is taken for none."""

from mutating import replaces

BREAKS = ("RUN-006",)


@replaces("taskpoint.runtime.requests:read_request")
def read_request(original, input, *arguments):
    return original(None if input in (0, "", False) else input, *arguments)
