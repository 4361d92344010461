"""Recorded times and numbers are found, and new ones are handed out all the same."""

from mutating import replaces

BREAKS = ("DRH-002",)


@replaces("taskpoint._core.machine:Machine.remember")
def remember(original, self, scope, name, digest, make):
    found = original(self, scope, name, digest, make)
    if not found.is_new and not scope.suspended:
        found.value = make()
    return found
