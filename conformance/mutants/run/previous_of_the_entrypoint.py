"""On a new thread a run sees what the entrypoint saved last on any thread."""

from mutating import replaces

BREAKS = ("RUN-022",)


SAVED = {}


@replaces("taskpoint.runtime.runs.beginning:_see_previous")
def _see_previous(original, run, entrypoint, saver, checkpoint, parent, *rest):
    original(run, entrypoint, saver, checkpoint, parent, *rest)
    own = run.previous

    def previous(absent):
        value = own(absent)
        if value is not absent:
            SAVED[entrypoint.name] = value
        return SAVED.get(entrypoint.name, absent) if value is absent and checkpoint.seq == 0 else value

    run.previous = previous
