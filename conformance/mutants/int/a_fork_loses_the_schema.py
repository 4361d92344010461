"""A fork copies the members of a question that it knows."""

from dataclasses import replace

from mutating import replaces

from taskpoint._core.journal import InterruptRaised

BREAKS = ("INT-030",)


@replaces("taskpoint.runtime.state.forks:_kept")
def _kept(original, origin, before):
    return [
        replace(entry, response_schema=None) if isinstance(entry, InterruptRaised) else entry
        for entry in original(origin, before)
    ]
