"""A resume at the end of an older run goes back to its beginning."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-023",)


@replaces("taskpoint.runtime.runs.beginning:_resumed")
def resumed(original, saver, head, request):
    loaded = original(saver, head, request)
    if loaded is not None and loaded.checkpoint.source == "loop" and not loaded.is_head:
        begun = saver.load(loaded.checkpoint.thread_id, loaded.checkpoint.parent_id)
        return replace(begun, entries=[entry for entry in begun.entries if entry.kind != "run.completed"])
    return loaded
