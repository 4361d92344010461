"""Where errors are collected, a failed call gives null."""

from mutating import replaces

BREAKS = ("CON-016",)


@replaces("program:_result_or_error")
def _result_or_error(original, future):
    found = original(future)
    return None if isinstance(found, Exception) else found
