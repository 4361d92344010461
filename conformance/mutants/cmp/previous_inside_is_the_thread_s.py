"""An invoked entrypoint sees what the thread of its caller has saved."""

from mutating import replaces

BREAKS = ("CMP-007",)


@replaces("taskpoint.runtime.execution.surroundings:Inside.previous")
def previous(original, self, absent):
    return self.run.previous(absent)
