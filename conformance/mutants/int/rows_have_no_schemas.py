"""The row of a question has its id and no schema."""

from dataclasses import replace

from mutating import replaces

from taskpoint._core.journal import InterruptRaised

BREAKS = ("INT-030",)


@replaces("taskpoint.savers.rows:_detail")
def _detail(original, entry):
    return original(replace(entry, response_schema=None) if isinstance(entry, InterruptRaised) else entry)
