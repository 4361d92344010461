"""Where errors are collected, a failed call gives some error."""

from mutating import replaces

BREAKS = ("CON-016",)


@replaces("ir.concurrency:_result_or_error")
def _result_or_error(original, future):
    found = original(future)
    return RuntimeError("failed") if isinstance(found, Exception) else found
