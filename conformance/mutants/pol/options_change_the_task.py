"""A policy given for one call stays with the task."""

from mutating import replaces

BREAKS = ("POL-016",)


@replaces("taskpoint.runtime.func:TaskFunction.with_options")
def with_options(original, self, **options):
    changed = original(self, **options)
    self.policies = changed.policies
    return changed
