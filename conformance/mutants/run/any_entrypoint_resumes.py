"""An entrypoint resumes the run of another."""

from mutating import replaces

BREAKS = ("RUN-039",)


@replaces("taskpoint.runtime.forks:check_owner")
def check_owner(original, checkpoint, name):
    return None
