"""What an entrypoint was invoked with inside a run is what its caller sees from then on."""

from mutating import replaces

BREAKS = ("CMP-008",)


@replaces("taskpoint.runtime.execution.surroundings:Inside.enter")
def enter(original, self):
    self.run.context = self.context
    original(self)
