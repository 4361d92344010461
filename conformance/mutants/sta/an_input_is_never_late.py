"""An input begins at the newest checkpoint, whichever is named."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-020",)


@replaces("taskpoint.runtime.runs.beginning:_start")
def start(original, entrypoint, saver, request):
    return (
        yield from original(entrypoint, saver, replace(request, config=replace(request.config, checkpoint_id=None)))
    )
