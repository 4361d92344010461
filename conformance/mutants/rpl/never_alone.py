"""No outcome is ever recorded as alone."""

from mutating import replaces

BREAKS = ("RPL-016",)


@replaces("taskpoint._core.calls:Scope.add")
def add(original, self, call):
    original(self, call)
    self.solo = None
