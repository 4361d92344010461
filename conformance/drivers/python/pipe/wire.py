"""The protocol's lines: requests come in, answers go out, and calls to the runner wait for their replies."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import IO, Any

__all__ = ("Message", "Wire")

Message = dict[str, Any]


class Wire:
    """JSON Lines in both directions. A line is written as a whole, from any thread."""

    def __init__(self, source: IO[bytes], sink: IO[bytes]) -> None:
        self._source = source
        self._sink = sink
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Future[Message]] = {}

    def send(self, message: Message) -> None:
        """Write one message; a surrogate goes out as an escape, so that any text can be sent."""
        line = json.dumps(message, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        with self._lock:
            self._sink.write(line)
            self._sink.flush()

    def call(self, request: int, op: str, **members: object) -> Future[Message]:
        """Call the runner on behalf of a request; the future gets the reply."""
        reply: Future[Message] = Future()
        reply.set_running_or_notify_cancel()  # whoever stops waiting must not take the reply away
        number = next(self._numbers)
        self._waiting[number] = reply
        self.send({"cid": number, "id": request, "op": op, **members})
        return reply

    def serve(self, handle: Callable[[Message], None]) -> None:
        """Give each request to `handle`, and each reply to whoever waits for it, until the input ends or says stop."""
        for line in self._source:
            message: Message = json.loads(line.decode("utf-8", "surrogatepass"))
            if "cid" in message:
                waiting = self._waiting.pop(message["cid"], None)
                if waiting is not None:  # the first reply counts (CNF-012)
                    waiting.set_result(message)
            elif message["op"] == "stop":
                return
            else:
                handle(message)
