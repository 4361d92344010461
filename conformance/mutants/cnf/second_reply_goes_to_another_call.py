"""The driver gives a reply that comes twice to the next call that waits."""

import json
import time

from mutating import replaces

BREAKS = ("CNF-012",)
KILLED_BY = (
    "expect.",
    "effect.",
    "final.",
    "driver.",
)


@replaces("pipe.wire:Wire.serve")
def serve(original, self, handle):
    for line in self._source:
        message = json.loads(line.decode("utf-8", "surrogatepass"))
        if "cid" in message:
            waiting = self._waiting.pop(message["cid"], None)
            for _ in range(100):
                if waiting is None and self._waiting:
                    waiting = self._waiting.pop(min(self._waiting))
                if waiting is not None:
                    waiting.set_result(message)
                    break
                time.sleep(0.01)
        elif message["op"] == "stop":
            return
        else:
            handle(message)
