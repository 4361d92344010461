"""A resume hands null to the entrypoint instead of the recorded input."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("RPL-001",)


@replaces("taskpoint.runtime.attempt:_resume")
def _resume(original, entrypoint, saver, request):
    attempt = original(entrypoint, saver, request)
    return replace(attempt, input=None)
