"""Outcomes are recorded in the order of the calls: what finishes early waits for those before it."""

from mutating import replaces

BREAKS = ("CON-005",)
KILLED_BY = (
    "driver.timeout",
    "final.",
)


@replaces("taskpoint._core.machine:Machine.finish")
def finish(original, self, call, outcome):
    if call.scope.recorded:
        original(self, call, outcome)
        return
    held = self.__dict__.setdefault("held", {}).setdefault(call.scope.path, {"next": 0})
    held[call.ordinal] = (call, outcome)
    while held["next"] in held:
        original(self, *held.pop(held["next"]))
        held["next"] += 1
