"""A question whose schema is none takes an id all the same."""

from mutating import replaces

from taskpoint import UsageError

BREAKS = ("INT-032",)


@replaces("taskpoint.runtime.execution.host:Host.interrupt")
def interrupt(original, self, value, schema=None):
    try:
        return original(self, value, schema)
    except UsageError as error:
        if error.code == "interrupt.schema_invalid":
            self.scope.matcher.call("!", None)
        raise
