"""A stream of a run that was over shows its end as that of a task, too."""

from mutating import replaces

from taskpoint.runtime.streams.events import RunFound

BREAKS = ("RUN-044",)


@replaces("taskpoint.runtime.streams.parts:Parts._shown")
def _shown(original, self, event, input):
    yield from original(self, event, input)
    if isinstance(event, RunFound):
        yield (), "tasks", lambda: {"id": "", "name": event.run.entrypoint, "result": {"__end__": event.value()}}
