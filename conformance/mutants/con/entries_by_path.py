"""Outcomes that are appended together are ordered by path."""

from mutating import replaces

BREAKS = ("CON-005",)


@replaces("taskpoint._core.machine:Machine.finish")
def finish(original, self, call, outcome):
    original(self, call, outcome)
    behind = self.behind if self.ahead else self.outbox
    if behind and all(hasattr(entry, "path") for entry, _ in behind):
        seqs = sorted(entry.seq for entry, _ in behind)
        behind.sort(key=lambda pair: pair[0].path)
        for seq, (entry, _) in zip(seqs, behind, strict=True):
            entry.seq = seq
