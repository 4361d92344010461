"""Of what waits to be written the oldest gives way to the newest."""

from mutating import replaces

BREAKS = ("DUR-007",)


@replaces("taskpoint._core.machine:Machine.take")
def take(original, self):
    if len(self.behind) > 1:
        for each in self.behind[1:]:
            each.seq -= 1
        del self.behind[0]
        self.next_seq -= 1
    return original(self)
