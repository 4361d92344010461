"""The text of a replayed error begins with the path of its call."""

from dataclasses import replace

from mutating import replaces

from taskpoint.runtime.values import failures

BREAKS = ("ERR-004",)


@replaces("taskpoint.runtime.execution.host:Host.exception_of")
def exception_of(original, self, call):
    error = getattr(call.outcome, "error", None)
    if call.replayed and call.job.exception is None and error is not None:
        told = replace(error, message=f"{call.path}: {error.message}")
        call.job.exception = failures.deliver(told, call.job.task.find_exception, call.path, None)
        self.errors[id(call.job.exception)] = (call.job.exception, call)
    return original(self, call)
