"""The counters belong to the task, and go on in its next execution."""

from mutating import replaces

BREAKS = ("IDN-004",)


@replaces("taskpoint._core.machine:Scope.__init__")
def init(original, self, machine, path, *args, **kwargs):
    original(self, machine, path, *args, **kwargs)
    if path:
        shared = machine.__dict__.setdefault("shared", {})
        self.matcher._free = self.matcher._counts = shared.setdefault(path.rpartition("#")[0], {})
