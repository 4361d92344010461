"""A task that has begun a call leaves its place under the limit as soon as it waits for anything, such as IO."""

from mutating import replaces

BREAKS = ("CON-018",)


@replaces("taskpoint.runtime.execution.loop_host:LoopHost.give_slot_back")
def give_slot_back(original, self):
    if self.has_slot and self.run.limit is not None and self.scope.open:
        self.has_slot = False
        self.run.free_slot(on_loop=True)
