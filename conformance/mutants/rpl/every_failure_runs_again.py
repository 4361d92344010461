"""A resume runs every recorded failure again, those that were caught too."""

from mutating import replaces

BREAKS = (
    "RPL-040",
    "ERR-023",
)


@replaces("taskpoint.runtime.runs.beginning:_rerun")
def _rerun(original, retry, index):
    return original("all" if retry is None else retry, index)
