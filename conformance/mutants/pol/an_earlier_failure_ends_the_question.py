"""Nothing inside of a call with an outcome is pending, also where the outcome is of an earlier try."""

from mutating import replaces

BREAKS = ("POL-006",)


@replaces("taskpoint._core.index:Index.pending")
def pending(original, self):
    return [entry for entry in original(self) if not any(self.outcome(each) for each in _around(entry.id))]


def _around(id):
    path = id.rpartition("!")[0]
    while path:
        yield path
        path = path.rpartition("/")[0]
