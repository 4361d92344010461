"""Who asks to take over is refused like anybody else."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("RUN-014",)


@replaces("taskpoint.runtime.runs.beginning:_takes_over")
def _takes_over(original, thread_id, holder, request):
    return original(thread_id, holder, replace(request, take_over=False))
