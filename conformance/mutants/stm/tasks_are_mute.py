"""What tasks write is not shown."""

from mutating import replaces

BREAKS = ("STM-016",)


@replaces("taskpoint.runtime.streams.events:Bus.written")
def written(original, self, run, scope, text):
    if not scope.path:
        original(self, run, scope, text)
