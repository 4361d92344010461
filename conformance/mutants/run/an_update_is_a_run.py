"""A thread that was only updated is no place to begin once."""

from mutating import replaces

from taskpoint import UsageError

BREAKS = ("RUN-043",)


@replaces("taskpoint.runtime.runs.once:run_of")
def run_of(original, entrypoint, saver, tip, text):
    if tip.head and tip.head.checkpoint.source == "update":
        raise UsageError("the thread has begun", code="run.other_input")
    return original(entrypoint, saver, tip, text)
