"""A driver of LangGraph's Functional API for Python, with LangGraph's own saver in the folder that the runner gives it.

It uses LangGraph's public interface and nothing else, and holds no logic of replay. `README.md` says how it is set up.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from importlib.metadata import version
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "python"))  # what knows the protocol and no library

import copies
from checks import Skip
from event_loop import EventLoop
from runs import Run
from wire import Message, Wire


def hello() -> Message:
    """Say who this is and what it claims: the profiles of which LangGraph has a counterpart."""
    return {
        "outcome": "hello",
        "name": "langgraph",
        "version": f"{version('langgraph')} (checkpoint-sqlite {version('langgraph-checkpoint-sqlite')})",
        "language": "python",
        "spec": ["1.0"],
        "profiles": [
            "core",
            "interrupts",
            "concurrency",
            "state",
            "streams",
            "durability",
            "stores",
            "policies",
            "composition",
        ],
        "forms": ["decorator"],
        "modes": ["sync", "async"],
        "savers": ["own"],
        "copies": hasattr(os, "fork"),
        "homepage": "https://github.com/langchain-ai/langgraph",
    }


def main() -> None:
    """Answer requests until the input ends."""
    wire = Wire(sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb"))
    sys.stdout = sys.stderr  # whatever prints must not disturb the protocol
    loop = EventLoop()

    def work(message: Message) -> None:
        try:
            match message["op"]:
                case "hello":
                    answered = hello()
                case "run":
                    answered = Run(message, wire, loop).answer()
                case other:
                    answered = {"outcome": "skipped", "reason": f"LangGraph has no counterpart of {other}"}
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
