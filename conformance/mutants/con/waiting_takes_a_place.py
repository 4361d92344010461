"""A task that waits for its own calls keeps its place under the limit."""

from mutating import replaces

BREAKS = ("CON-019",)
KILLED_BY = ("driver.timeout",)


@replaces("taskpoint.runtime.execution.crew:Crew.slot_freed")
def slot_freed(original, self):
    if self.limit is not None:
        self.limit = max(0, self.limit - 1)
    original(self)
