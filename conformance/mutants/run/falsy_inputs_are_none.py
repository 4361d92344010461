"""An input that is false or empty is taken for none."""

from mutating import replaces

BREAKS = ("RUN-006",)


@replaces("taskpoint.runtime.requests:read_request")
def read_request(original, input, *arguments):
    is_nothing = input is False or (isinstance(input, str | list | dict) and not input)
    return original(None if is_nothing else input, *arguments)
