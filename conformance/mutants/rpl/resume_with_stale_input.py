"""A resume of a run that was stopped hands null to the entrypoint instead of the recorded input."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("RPL-001",)


@replaces("taskpoint.runtime.runs.beginning:_resume")
def _resume(original, entrypoint, saver, request):
    head = saver.load(request.config.thread_id)
    attempt = yield from original(entrypoint, saver, request)
    stopped = head is not None and any(each.kind == "run.stopped" for each in head.entries[-1:])
    return replace(attempt, input=None) if stopped else attempt
