"""Where nothing is kept, the next attempt finds nothing of the last."""

from mutating import replaces

BREAKS = ("POL-031",)


@replaces("taskpoint.runtime.runs.beginning:_begin_unsaved_again")
def begin_unsaved_again(original, entrypoint, request, before):
    before.run.unsaved.clear()
    return original(entrypoint, request, before)
