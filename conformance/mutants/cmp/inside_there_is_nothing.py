"""An invoked entrypoint sees no context and no store but its own."""

from mutating import replaces

BREAKS = ("CMP-008",)


@replaces("taskpoint.runtime.execution.surroundings:Inside.enter")
def enter(original, self):
    object.__setattr__(self, "context", None)
    object.__setattr__(self, "store", None)
    original(self)
