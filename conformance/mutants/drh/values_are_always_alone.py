"""A recorded time or number says that nothing else was open, whatever was."""

from mutating import replaces

BREAKS = ("DRH-006",)


@replaces("taskpoint._core.machine:Machine.remember")
def remember(original, self, scope, name, digest, make):
    found = original(self, scope, name, digest, make)
    if found.is_new:
        entry = self.outbox[-1][0] if self.outbox else self.behind[-1]
        entry.alone = True
    return found
