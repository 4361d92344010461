"""A fork whose config names the end of a run, or nothing, finds no run there."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("STA-035",)


@replaces("taskpoint.runtime.forks:_run_of")
def _run_of(original, saver, tip, config):
    found = original(saver, tip, config)
    if found.checkpoint.id != (config.checkpoint_id or tip.id):
        raise UsageError("no run", code="run.nothing_to_resume")
    return found
