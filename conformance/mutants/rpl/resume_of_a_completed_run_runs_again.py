"""Resuming a thread whose last run completed begins another attempt of that run."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("RPL-007",)


@replaces("taskpoint.runtime.runs.beginning:_resumed")
def _resumed(original, saver, head, request):
    if head is not None and head.checkpoint.source == "loop" and request.config.checkpoint_id is None:
        run = saver.load(head.checkpoint.thread_id, head.checkpoint.parent_id)
        return replace(run, entries=run.entries[:-1])
    return original(saver, head, request)
