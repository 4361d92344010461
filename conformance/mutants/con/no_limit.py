"""A limit of concurrency is not kept."""

from mutating import replaces

BREAKS = ("CON-018",)


@replaces("taskpoint.runtime.execution.run:Run.__init__")
def init(original, self, *args, **kwargs):
    original(self, *args, **kwargs)
    self.limit = None
