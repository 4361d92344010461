"""A recorded call is run again where calls inside it are recorded too, so that those are seen."""

from mutating import replaces

BREAKS = ("RPL-005",)


@replaces("taskpoint._core.machine:Machine.call")
def call(original, self, scope, name, digest, *rest):
    made = original(self, scope, name, digest, *rest)
    if made.replayed and self._records_of(made.path) and scope.ready:
        scope.ready.pop()
        made.replayed, made.outcome, made.state = False, None, type(made.state).MADE
    return made
