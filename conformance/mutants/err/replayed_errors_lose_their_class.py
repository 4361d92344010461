"""A replayed error is the library's own, whatever class it had."""

from mutating import replaces

from taskpoint.runtime import failures

BREAKS = ("ERR-004",)


@replaces("taskpoint.runtime.host:Host.exception_of")
def exception_of(original, self, call):
    if call.replayed and call.job.exception is None and getattr(call.outcome, "error", None):
        error = call.outcome.error
        call.job.exception = failures.deliver(error, lambda name: None, call.path, None)
        self.errors[id(call.job.exception)] = (call.job.exception, call)
    return original(self, call)
