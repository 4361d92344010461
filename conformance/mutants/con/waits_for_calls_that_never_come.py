"""Recorded outcomes are delivered strictly in order, those of calls that were removed included."""

from mutating import replaces

BREAKS = ("CON-003",)
KILLED_BY = ("driver.timeout",)


@replaces("taskpoint._core.machine:Scope.deliverable")
def deliverable(original, self):
    found = original(self)
    if found is None or found.outcome is None:
        return found
    known = self.machine.index.outcomes.get(self.path, {})
    made = {
        path for records in self.matcher._by_name.values() for path in [r.path for r in records.values() if r.claimed]
    }
    waits = [each for each in known.values() if each.seq < found.outcome.seq and each.path not in made]
    return None if waits else found
