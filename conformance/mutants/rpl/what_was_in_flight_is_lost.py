"""A call that was in flight when the process died, while a later one was recorded, is taken for done."""

import heapq

from mutating import replaces

from taskpoint._core.calls import State
from taskpoint._core.journal import TaskCompleted
from taskpoint._core.paths import encode_name, segment

BREAKS = ("RPL-032",)


@replaces("taskpoint._core.machine:Machine.call")
def call(original, self, scope, name, digest, *rest):
    made = original(self, scope, name, digest, *rest)
    records = scope.matcher._by_name.get(encode_name(name)) or {}
    if made.state is State.MADE and "@" not in made.path and records and segment(made.path)[1] < max(records):
        made.outcome = TaskCompleted(-1, "", self.attempt_id, made.path, name, digest, False, 1, "", "null")
        made.state = State.FINISHED
        made.replayed = True
        heapq.heappush(scope.ready, (-1, made))
    return made
