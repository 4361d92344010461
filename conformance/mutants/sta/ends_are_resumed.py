"""A resume at the end of an older run goes on with that run."""

from dataclasses import replace

from mutating import replaces

from taskpoint._core.branching import unfinished

BREAKS = ("STA-023",)


@replaces("taskpoint.runtime.attempt:_resumed")
def _resumed(original, saver, head, request):
    loaded = original(saver, head, request)
    if loaded is not None and not loaded.is_head and loaded.checkpoint.source == "loop":
        run = saver.load(loaded.checkpoint.thread_id, loaded.checkpoint.parent_id)
        return replace(run, entries=unfinished(run.entries))
    return loaded
