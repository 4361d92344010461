"""A driver of LangGraph's Functional API for Python, with LangGraph's own saver in the folder that the runner gives it.

It uses LangGraph's public interface and nothing else, and holds no logic of replay. `README.md` says how it is set up.
"""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "python"))  # what knows the protocol and no library

from ir.checks import Skip
from pipe import serving
from pipe.event_loop import EventLoop
from pipe.wire import Message, Wire
from runs import Run


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


def answer(message: Message, wire: Wire, loop: EventLoop) -> Message:
    """Return the answer to a request."""
    match message["op"]:
        case "hello":
            return hello()
        case "run":
            return Run(message, wire, loop).answer()
        case other:
            raise Skip(f"LangGraph has no counterpart of {other}")


if __name__ == "__main__":
    serving.run(answer)
