"""What is written together is numbered then, the newest first."""

from mutating import replaces

BREAKS = ("DUR-006",)


@replaces("taskpoint._core.machine:Machine.take")
def take(original, self):
    behind = [each.kind for each in self.behind]
    first, entries, calls = original(self)
    if len(behind) > 1 and set(behind) == {"task.completed"}:
        entries[: len(behind)] = entries[: len(behind)][::-1]
        for seq, each in enumerate(entries, first):
            each.seq = seq
    return first, entries, calls
