"""The driver gives a reply that comes twice to the next call that waits."""

import json

from mutating import replaces

BREAKS = ("CNF-012",)
KILLED_BY = (
    "expect.",
    "effect.",
    "final.",
    "driver.",
)


@replaces("wire:Wire.serve")
def serve(original, self, handle):
    for line in self._source:
        message = json.loads(line.decode("utf-8", "surrogatepass"))
        if "cid" in message:
            waiting = self._waiting.pop(message["cid"], None)
            while waiting is None and not self._waiting:
                pass
            (waiting or self._waiting.pop(min(self._waiting))).set_result(message)
        elif message["op"] == "stop":
            return
        else:
            handle(message)
