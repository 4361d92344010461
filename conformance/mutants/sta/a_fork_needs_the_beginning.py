"""A fork is refused where its config names the end of a run."""

from mutating import replaces

from taskpoint import UsageError

BREAKS = ("STA-035",)


@replaces("taskpoint.runtime.state.forks:_run_of")
def run_of(original, saver, tip, config):
    wanted = saver.load(tip.thread_id, config.checkpoint_id or tip.id) if tip.head else None
    if wanted is not None and wanted.checkpoint.source == "loop":
        raise UsageError("not a run", code="run.nothing_to_resume")
    return original(saver, tip, config)
