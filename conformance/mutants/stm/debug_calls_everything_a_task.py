"""What `debug` wraps is always called a task."""

from mutating import replaces

BREAKS = ("STM-015",)


@replaces("taskpoint.runtime.streams.parts:_twice")
def _twice(original, event, mode, step, payload):
    for ns, name, make in original(event, mode, step, payload):
        yield ns, name, (lambda make=make: {**make(), "type": "task"}) if name == "debug" else make
