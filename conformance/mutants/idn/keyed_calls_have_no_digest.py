"""The entry of a call with a key has no digest."""

from mutating import replaces

BREAKS = ("IDN-046",)


@replaces("taskpoint._core.machine:Machine.finish")
def finish(original, self, call, outcome):
    if "@" in call.path:
        call.digest = None
    original(self, call, outcome)
