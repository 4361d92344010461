"""Whatever the thread began with, the input is taken for the same."""

from mutating import replaces

from taskpoint.runtime.state import forks

BREAKS = ("RUN-045",)


@replaces("taskpoint.runtime.runs.once:run_of")
def run_of(original, entrypoint, saver, tip, text):
    begun = forks.newest_run(saver, tip)
    return original(entrypoint, saver, tip, begun.checkpoint.input if begun else text)
