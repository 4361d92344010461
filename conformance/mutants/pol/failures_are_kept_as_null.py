"""A call that failed puts null into the cache."""

from mutating import replaces

from taskpoint.runtime.execution.policed import Policed

BREAKS = ("POL-042",)


@replaces("taskpoint.runtime.execution.policed:run_in_thread")
def run_in_thread(original, run, call, job):
    outcome = original(run, call, job)
    cached = Policed(run, call, job).cached()
    if cached is not None and outcome is not None and outcome.error is not None:
        cached.set("null")
    return outcome
