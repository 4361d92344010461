"""A journal that the code does not fit is thrown away."""

from mutating import replaces

BREAKS = (
    "JRN-005",
    "RPL-022",
)


@replaces("taskpoint.runtime.execution.run:Run._diverge")
def _diverge(original, self, divergence, scope):
    if self.writer is not None:
        self.writer.saver.delete(self.writer.thread_id)
    return original(self, divergence, scope)
