"""What ends in a stopped attempt is appended together with the end of the attempt."""

from mutating import replaces

BREAKS = ("STP-007",)
KILLED_BY = ("driver.timeout",)


@replaces("taskpoint.runtime.writing.commits:Commits.can_keep_up")
def can_keep_up(original, self):
    return False
