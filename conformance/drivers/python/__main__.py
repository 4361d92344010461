"""The driver of the Python reference: an ordinary driver, with the library's public API and nothing else.

Run it as ``python conformance/drivers/python``; it reads requests from its standard input.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback

import copies
from checks import Skip
from definitions import decode, define, digest, encode, hello
from event_loop import EventLoop
from runs import Run, stop
from wire import Message, Wire


def main() -> None:
    """Answer requests until the input ends."""
    wire = Wire(sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb"))
    sys.stdout = sys.stderr  # whatever prints must not disturb the protocol
    loop = EventLoop()

    def answer(message: Message) -> Message:
        match message["op"]:
            case "run":
                return Run(message, wire, loop).answer()
            case "stop_runs":
                return stop(message)
            case "hello":
                return hello(message)
            case "define":
                return define(message)
            case "encode":
                return encode(message)
            case "decode":
                return decode(message)
            case "digest":
                return digest(message)
            case other:
                return {"outcome": "errored", "message": f"unknown request {other}"}

    def work(message: Message) -> None:
        try:
            answered = answer(message)
        except Skip as skip:
            answered = {"outcome": "skipped", "reason": str(skip)}
        except BaseException as error:  # noqa: BLE001 - the runner has to hear of it
            traceback.print_exc()
            answered = {"outcome": "errored", "message": f"{type(error).__name__}: {error}"}
        wire.send({"id": message["id"], **answered})

    wire.serve(lambda message: threading.Thread(target=work, args=(message,), daemon=True).start())


if __name__ == "__main__":
    if sys.argv[1:] != ["copies"] or copies.serve():
        main()
    os._exit(0)  # runs that still wait for the runner would keep the process
