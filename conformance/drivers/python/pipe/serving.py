"""The process: requests are answered in threads, and whatever goes wrong with one is its answer."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable

from ir.checks import Skip

from pipe import copies
from pipe.event_loop import EventLoop
from pipe.wire import Message, Wire

__all__ = ("run",)

Answer = Callable[[Message, Wire, EventLoop], Message]


def run(answer: Answer) -> None:
    """Answer requests until the input ends, in this process or in copies of it."""
    if sys.argv[1:] != ["copies"] or copies.serve():
        _serve(answer)
    os._exit(0)  # runs that still wait for the runner would keep the process


def _serve(answer: Answer) -> None:
    wire = Wire(sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb"))
    sys.stdout = sys.stderr  # whatever prints must not disturb the protocol
    loop = EventLoop()

    def work(message: Message) -> None:
        try:
            answered = answer(message, wire, loop)
        except Skip as skip:
            answered = {"outcome": "skipped", "reason": str(skip)}
        except BaseException as error:  # noqa: BLE001 - the runner has to hear of it
            traceback.print_exc()
            answered = {"outcome": "errored", "message": f"{type(error).__name__}: {error}"}
        wire.send({"id": message["id"], **answered})

    wire.serve(lambda message: threading.Thread(target=work, args=(message,), daemon=True).start())
