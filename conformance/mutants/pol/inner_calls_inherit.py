"""The calls inside of a task that has policies have them too."""

import copy

from mutating import replaces

from taskpoint._core.paths import segment
from taskpoint.runtime.execution.host import current_host

BREAKS = ("POL-014",)


POLICIES = {}


@replaces("taskpoint.runtime.func:TaskFunction.__call__")
def call(original, self, *args, **kwargs):
    scope = current_host("a task").scope.path
    POLICIES[self.name] = self.policies
    inherited = POLICIES.get(segment(scope)[0].partition("@")[0]) if scope else None
    if inherited is not None and self.policies is None:
        self = copy.copy(self)
        self.policies = inherited
    return original(self, *args, **kwargs)
