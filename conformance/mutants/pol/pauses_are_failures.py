"""A run that pauses for an answer is gone on with like one that failed."""

from mutating import replaces

BREAKS = ("POL-032",)


@replaces("taskpoint.runtime.runs.attempt:Attempt._interrupted")
def _interrupted(original, self, error, host):
    yield from original(self, error, host)
    if self.entrypoint.policies is not None:
        self.failed = True
        raise RuntimeError("paused")
