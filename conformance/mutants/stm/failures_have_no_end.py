"""The mode `tasks` shows the end of calls that return."""

from mutating import replaces

BREAKS = ("STM-012",)


@replaces("taskpoint.runtime.streams.parts:Parts._call_ended")
def _call_ended(original, self, event):
    for ns, mode, payload in original(self, event):
        if mode == "updates" or event.outcome == "completed":
            yield ns, mode, payload
