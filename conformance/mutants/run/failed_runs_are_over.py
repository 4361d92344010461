"""A run that failed is not tried again when its input comes again."""

from mutating import replaces

from taskpoint import UsageError

BREAKS = ("RUN-043",)


@replaces("taskpoint.runtime.runs.once:run_of")
def run_of(original, entrypoint, saver, tip, text):
    begun = original(entrypoint, saver, tip, text)
    if begun is not None and begun.entries[-1].kind == "run.failed":
        raise UsageError("the run has failed", code="run.nothing_to_resume")
    return begun
