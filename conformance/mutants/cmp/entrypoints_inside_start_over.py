"""An entrypoint that is invoked inside a run has a run of its own, which nobody keeps."""

from mutating import replaces

BREAKS = (
    "CMP-001",
    "CMP-003",
    "CMP-004",
)


@replaces("taskpoint.runtime.composition:caller_of")
def caller_of(original, entrypoint, request):
    host = original(entrypoint, request)
    return host if host is not None and host.run.writer is None else None
