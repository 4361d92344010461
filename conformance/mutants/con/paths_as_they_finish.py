"""Concurrent calls are numbered as they finish."""

from mutating import replaces

from taskpoint._core.paths import call_path, encode_name

BREAKS = ("CON-021",)
KILLED_BY = (
    "driver.timeout",
    "final.",
    "store.",
)


@replaces("taskpoint._core.machine:Machine.finish")
def finish(original, self, call, outcome):
    if call.scope.open > 2 and "#" in call.path.rpartition("/")[2] and call.scope.solo is not call:
        counts = self.__dict__.setdefault("finished", {})
        key = call.scope.path, encode_name(call.name)
        counts[key] = counts.get(key, -1) + 1
        call.path = call_path(call.scope.path, call.name, counts[key])
    original(self, call, outcome)
