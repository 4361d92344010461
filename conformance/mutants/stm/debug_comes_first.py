"""Of one moment the mode `debug` is shown before the mode that it wraps."""

from mutating import replaces

BREAKS = ("STM-004",)


@replaces("taskpoint.runtime.streams.parts:_twice")
def _twice(original, event, mode, step, payload):
    yield from reversed(list(original(event, mode, step, payload)))
