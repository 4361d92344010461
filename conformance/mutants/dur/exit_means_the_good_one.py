"""With exit a run that fails or pauses leaves nothing of what it did."""

from mutating import replaces

BREAKS = ("DUR-012",)


@replaces("taskpoint.runtime.runs.attempt:Attempt._write")
def write(original, self, last, closing=None):
    machine = self.run.machine
    if machine.ahead == float("inf") and last.kind == "run.failed":
        machine.next_seq -= len(machine.behind)
        machine.behind.clear()
    yield from original(self, last, closing)
