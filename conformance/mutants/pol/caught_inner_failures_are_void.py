"""The next execution runs every failed inner call again, also those whose failure was caught."""

from mutating import replaces

BREAKS = ("POL-005",)


@replaces("taskpoint._core.machine:Machine.repeat")
def repeat(original, self, call, rerun):
    original(self, call, rerun)
    inside = [path for path in self.index.failures() if path.startswith(f"{call.path}/")]
    self.index.make_void(inside)
