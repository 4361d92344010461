"""A recorded call is run again where calls inside it are recorded too, so that those are seen."""

from mutating import replaces

BREAKS = ("RPL-005",)


@replaces("taskpoint._core.machine:Machine.call")
def call(original, self, scope, name, digest, key=None):
    made = original(self, scope, name, digest, key)
    if made.replayed and made.path in self._records and scope.ready:
        scope.ready.pop()
        made.replayed, made.outcome, made.state = False, None, type(made.state).MADE
    return made
