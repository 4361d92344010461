"""The idempotency key leaves the checkpoint out, so that two runs of a thread share keys."""

from mutating import replaces

from taskpoint import codec

BREAKS = ("RPL-033",)


@replaces("taskpoint.runtime.execution.run:Run.idempotency_key")
def idempotency_key(original, self, path):
    return codec.digest_arguments([self.writer.thread_id if self.writer else "", path])
