"""Recorded outcomes are delivered strictly in order, those of calls that were removed included."""

from math import inf

from mutating import replaces

BREAKS = ("CON-003",)
KILLED_BY = ("driver.timeout",)


HELD = {}


@replaces("taskpoint._core.machine:Machine.call")
def call(original, self, scope, name, digest, key=None, encoded=None):
    made = original(self, scope, name, digest, key, encoded)
    claimed = {
        record.path for records in scope.matcher._by_name.values() for record in records.values() if record.claimed
    }
    known = self.index.outcomes.get(scope.path, {})
    first = min((each.seq for each in known.values() if each.path not in claimed), default=inf)
    ready = sorted([*scope.ready, *HELD.pop(id(scope), [])])
    scope.ready[:] = [each for each in ready if each[0] < first]
    HELD[id(scope)] = [each for each in ready if each[0] >= first]
    return made
