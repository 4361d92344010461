"""An update leaves the run before it open."""

from mutating import replaces

BREAKS = (
    "RUN-005",
    "RUN-027",
)


@replaces("taskpoint.runtime.runs.beginning:_resumed")
def _resumed(original, saver, head, request):
    if head is not None and head.checkpoint.source == "update" and request.config.checkpoint_id is None:
        return saver.load(head.checkpoint.thread_id, head.checkpoint.parent_id) if head.checkpoint.parent_id else head
    return original(saver, head, request)
