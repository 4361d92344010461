"""An input that is false, or an empty text, is taken for none."""

from mutating import replaces

BREAKS = ("RUN-006",)


@replaces("taskpoint.runtime.runs.requests:read_request")
def read_request(original, input, *arguments):
    return original(None if input is False or input == "" else input, *arguments)
