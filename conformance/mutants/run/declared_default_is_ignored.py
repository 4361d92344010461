"""A default that the entrypoint declares for previous is ignored."""

from mutating import replaces

BREAKS = ("RUN-019",)


@replaces("taskpoint.runtime.injection:Parameters.provide")
def provide(original, self, given={}):
    self._defaults.discard("previous")
    return original(self, given)
