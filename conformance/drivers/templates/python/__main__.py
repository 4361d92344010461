"""The conformance driver of my-port: it reads requests from its standard input and answers on its standard output."""

from __future__ import annotations

import os
import sys
import threading
import traceback

from run import run
from values import decode, define, digest, encode
from wire import Message, Wire


def hello(request: Message) -> Message:
    """Say who this is and what it claims. What is claimed is judged, so begin with little."""
    if request["protocol"] != "1.0":
        return {"outcome": "errored", "message": "this driver speaks protocol 1.0"}
    return {
        "outcome": "hello",
        "name": "my-port",
        "version": "0.0.0",
        "language": "python",
        "spec": ["1.0"],
        "profiles": ["core"],
        "forms": ["decorator"],
        "modes": ["sync"],
        "savers": ["runner"],
    }


def answer(request: Message, wire: Wire) -> Message:
    """Give the one answer that every request gets."""
    match request["op"]:
        case "hello":
            return hello(request)
        case "encode":
            return encode(request)
        case "decode":
            return decode(request)
        case "digest":
            return digest(request)
        case "define":
            return define(request)
        case "run":
            return run(request, wire)
        case other:
            return {"outcome": "errored", "message": f"unknown request {other}"}


def main() -> None:
    """Answer requests until the runner says stop, or the input ends."""
    wire = Wire(sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb"))
    sys.stdout = sys.stderr  # whatever prints must not disturb the protocol

    def work(request: Message) -> None:
        try:
            answered = answer(request, wire)
        except BaseException as error:  # noqa: BLE001 - the runner has to hear of it
            traceback.print_exc()
            answered = {"outcome": "errored", "message": f"{type(error).__name__}: {error}"}
        wire.send({"id": request["id"], **answered})

    wire.serve(lambda request: threading.Thread(target=work, args=(request,), daemon=True).start())


if __name__ == "__main__":
    main()
    sys.stderr.flush()
    os._exit(0)  # a run that still waits for the runner would keep the process
