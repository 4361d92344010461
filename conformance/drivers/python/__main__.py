"""The driver of the Python reference: an ordinary driver, with the library's public API and nothing else.

Run it as ``python conformance/drivers/python``; it reads requests from its standard input.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

import values
from pipe import serving
from pipe.event_loop import EventLoop
from pipe.wire import Message, Wire
from profiles import CLAIMED
from profiles.forms import define
from runs import Run
from twins import index

import taskpoint


def hello(message: Message) -> Message:
    """Say who this is and what it claims (CNF-005)."""
    if message["protocol"] != "1.0" or message["formats"] != {"program": "1.0"}:
        return {"outcome": "errored", "message": "this driver speaks protocol 1.0 and programs of format 1.0"}
    return {
        "outcome": "hello",
        "name": "taskpoint-python",
        "version": taskpoint.__version__,
        "language": "python",
        "spec": ["1.0"],
        "profiles": list(CLAIMED),
        "forms": ["decorator", "named"],
        "modes": ["sync", "async"],
        "savers": ["runner", "sqlite"],
        "copies": hasattr(os, "fork"),
        "twins": [{"name": name, **twin} for name, twin in index().items()],
    }


def stop_runs(message: Message) -> Message:
    """Ask the runs on a thread to stop."""
    taskpoint.stop_runs(message["thread"])
    return {"outcome": "stopping"}


REQUESTS: Final[dict[str, Callable[[Message], Message]]] = {
    "hello": hello,
    "stop_runs": stop_runs,
    "encode": values.encode,
    "decode": values.decode,
    "digest": values.digest,
    "define": define,
}


def answer(message: Message, wire: Wire, loop: EventLoop) -> Message:
    """Return the answer to a request."""
    if message["op"] == "run":
        return Run(message, wire, loop).answer()
    return REQUESTS[message["op"]](message)


if __name__ == "__main__":
    serving.run(answer)
