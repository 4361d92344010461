"""A scope that swallowed the signal may call on."""

from mutating import replaces

BREAKS = ("INT-010",)


@replaces("taskpoint._core.machine:Machine.call")
def call(original, self, scope, name, digest, *rest):
    scope.suspended = False
    return original(self, scope, name, digest, *rest)
