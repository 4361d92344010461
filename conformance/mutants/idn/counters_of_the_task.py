"""The counters belong to the task, and go on in its next execution."""

from mutating import replaces

BREAKS = ("IDN-004",)


@replaces("taskpoint._core.machine:Machine.open_scope")
def open_scope(original, self, *args, **kwargs):
    scope = original(self, *args, **kwargs)
    if scope.path:
        shared = self.__dict__.setdefault("shared", {})
        scope.matcher._free = shared.setdefault(scope.path.rpartition("#")[0], {})
    return scope
