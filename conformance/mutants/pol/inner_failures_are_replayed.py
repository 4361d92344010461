"""The next execution gets the failure that made the last one fail."""

from mutating import replaces

BREAKS = ("POL-005",)


@replaces("taskpoint._core.machine:Machine.repeat")
def repeat(original, self, call, rerun):
    return original(self, call, ())
