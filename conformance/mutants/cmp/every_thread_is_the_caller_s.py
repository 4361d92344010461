"""The thread that an invoked entrypoint is given is passed over."""

from mutating import replaces

BREAKS = ("CMP-011",)


@replaces("taskpoint.runtime.composition:caller_of")
def caller_of(original, entrypoint, request):
    from taskpoint.runtime.execution.host import running_host

    return running_host()
