"""The time of an attempt goes on while somebody is asked."""

from mutating import replaces

BREAKS = ("POL-033",)


@replaces("taskpoint.runtime.runs.attempts:_give_up")
def give_up(original, run, deadline):
    run.halt_now(deadline.error(f"the entrypoint {run.name!r}", "run.timeout"))
