"""The pipe to the runner. It is complete: nothing in this file needs a change."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import IO, Any

Message = dict[str, Any]


class Wire:
    """Reads and writes JSON Lines. Requests overlap, so that any thread may use it."""

    def __init__(self, source: IO[bytes], sink: IO[bytes]) -> None:
        self._source = source
        self._sink = sink
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Future[Message]] = {}

    def send(self, message: Message) -> None:
        """Write one message, and see to it that it is out."""
        line = json.dumps(message, allow_nan=False).encode() + b"\n"
        with self._lock:
            self._sink.write(line)
            self._sink.flush()

    def call(self, request: int, op: str, **members: object) -> Message:
        """Ask the runner for something on behalf of a request, and wait for the reply."""
        reply: Future[Message] = Future()
        number = next(self._numbers)
        self._waiting[number] = reply
        self.send({"cid": number, "id": request, "op": op, **members})
        return reply.result()

    def serve(self, handle: Callable[[Message], None]) -> None:
        """Give each request to `handle` until the runner says stop, or the input ends."""
        for line in self._source:
            message: Message = json.loads(line.decode("utf-8", "surrogatepass"))
            if "cid" in message:
                reply = self._waiting.pop(message["cid"], None)
                if reply is not None:  # a second reply is dropped (CNF-012)
                    reply.set_result(message)
            elif message["op"] == "stop":
                return
            else:
                handle(message)
