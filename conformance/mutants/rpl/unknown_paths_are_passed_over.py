"""A path without a failure in the list of those to run again is passed over."""

from mutating import replaces

BREAKS = ("RPL-046",)


@replaces("taskpoint.runtime.runs.beginning:_rerun")
def _rerun(original, retry, index):
    return original([path for path in retry if path in index.failures()] if isinstance(retry, list) else retry, index)
