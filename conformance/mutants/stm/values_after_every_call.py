"""The mode `values` shows the result of each call, as graphs show their state after each step."""

from mutating import replaces

BREAKS = ("STM-010",)


@replaces("taskpoint.runtime.streams.parts:Parts._call_ended")
def _call_ended(original, self, event):
    yield from original(self, event)
    if event.outcome == "completed":
        yield event.ns, "values", event.value
