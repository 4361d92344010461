"""Only the records of the entrypoint's own scope are looked through for orphans."""

from mutating import replaces

BREAKS = ("RPL-030",)


@replaces("taskpoint._core.machine:Machine.close_scope")
def close_scope(original, self, scope):
    if not scope.path:
        original(self, scope)
