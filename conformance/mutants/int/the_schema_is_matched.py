"""The schema of a question is part of what is matched on a replay."""

from mutating import replaces

from taskpoint.codec import digest_arguments

BREAKS = ("INT-035",)


@replaces("taskpoint._core.machine:Machine.interrupt")
def interrupt(original, self, scope, value, digest, schema=None):
    return original(self, scope, value, digest if schema is None else digest_arguments([value, schema], None), schema)
