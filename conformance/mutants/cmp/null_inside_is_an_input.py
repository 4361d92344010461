"""Null in place of the input of an invoked entrypoint is taken for an empty input."""

from mutating import replaces

BREAKS = ("CMP-010",)


@replaces("taskpoint.runtime.composition:_make")
def make(original, entrypoint, host, request):
    if request.input is None:
        object.__setattr__(request, "input", {})
    return original(entrypoint, host, request)
