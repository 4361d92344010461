"""The schema of a question is looked at when it is asked, and forgotten."""

from mutating import replaces

BREAKS = ("INT-030",)


@replaces("taskpoint._core.machine:Machine.interrupt")
def interrupt(original, self, scope, value, digest, schema=None):
    return original(self, scope, value, digest)
