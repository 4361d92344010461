"""A list of failures to run again is taken without what belongs to them."""

from mutating import replaces

BREAKS = ("RPL-045",)


@replaces("taskpoint.runtime.runs.beginning:_rerun")
def _rerun(original, retry, index):
    found = original(retry, index)
    return list(retry) if isinstance(retry, list) else found
