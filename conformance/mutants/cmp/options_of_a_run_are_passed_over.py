"""What only a run can have is passed over where an entrypoint is invoked inside one."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("CMP-009",)


@replaces("taskpoint.runtime.composition:_make")
def make(original, entrypoint, host, request):
    return original(entrypoint, host, replace(request, is_special=False))
