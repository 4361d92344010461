"""The events of a stream name the path of a call instead of its task."""

from mutating import replaces

BREAKS = ("RUN-034",)


@replaces("taskpoint.runtime.streams.events:Bus.call_ended")
def call_ended(original, self, call):
    name, call.name = call.name, call.path
    original(self, call)
    call.name = name
