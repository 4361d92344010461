"""Recorded outcomes are delivered in the order in which the calls were made."""

import heapq

from mutating import replaces

BREAKS = (
    "RPL-035",
    "CON-002",
)


@replaces("taskpoint._core.machine:Machine.call")
def call(original, self, scope, name, digest, *rest):
    made = original(self, scope, name, digest, *rest)
    if made.replayed and scope.ready:
        scope.ready[:] = [(each.ordinal - 1_000_000 if each.replayed else seq, each) for seq, each in scope.ready]
        heapq.heapify(scope.ready)
    return made
