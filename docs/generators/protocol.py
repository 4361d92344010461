"""Records what the runner and the reference's driver say to each other while a fixture is run, and shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generators.markdown import SOUGHT, front

from taskpoint_conformance.fixtures import Fixture
from taskpoint_conformance.pool import Pool
from taskpoint_conformance.process import Driver
from taskpoint_conformance.session import Session
from taskpoint_conformance.traffic import Limits
from taskpoint_conformance.variants import variants_of

FIXTURE = "RPL-crash-after-commit"
Message = Mapping[str, Any]
SAID = {
    "hello": "Asks who is there.",
    "run": "Asks for a program to be run on a thread.",
    "effect": "Lets the task do something to the world, which the runner plays and counts.",
    "saver.head": "Asks for the newest checkpoint of the thread.",
    "saver.load": "Asks for a checkpoint with its journal.",
    "saver.begin": "Begins the run: its first checkpoint, its first entry and its holder are one write.",
    "saver.append": "Appends to the journal.",
    "outcome hello": "Says what it is and claims.",
    "outcome": "Answers the request.",
    "reply": "Replies to the call.",
}


class Kept(Pool):
    """A pool that remembers its processes in the order in which they were used."""

    def __init__(self, command: Sequence[str], start: float, stop: float) -> None:
        super().__init__(command, start, stop)
        self.greetings: dict[Driver, list[tuple[str, Message]]] = {}

    def take(self) -> Driver:
        """Return a process, and remember how it was greeted, which is forgotten when a fixture begins."""
        driver = super().take()
        self.greetings.setdefault(driver, list(driver.heard))
        return driver


def recorded(fixture: Fixture, command: Sequence[str]) -> list[list[tuple[str, Message]]]:
    """Run a fixture, and return what was said to and by each process: `>` to the driver, `<` from it."""
    limits = Limits()
    pool = Kept(command, limits.start, limits.stop)
    try:
        pool.give_back(pool.take())
        Session(fixture, variants_of(fixture, pool.hello or {}, None, None)[0], pool, limits).run()
        return [
            [*said, *(each for each in driver.heard if each not in said)] for driver, said in pool.greetings.items()
        ]
    finally:
        pool.close()


def page(conversations: Sequence[Sequence[tuple[str, Message]]]) -> str:
    """Return the page of the protocol."""
    lines = [
        *front(
            "Driver protocol",
            "What the runner and a driver say to each other: the messages, and a real conversation.",
            SOUGHT,
        ),
        "# Driver protocol",
        "",
        "How does the suite talk to a port?",
        "",
        (
            "The runner starts the driver as a process, writes a JSON object a line to its standard input, and reads "
            "a JSON object a line from its standard output."
        ),
        "A **request** (`id`) goes to the driver and gets one **answer** (`outcome`).",
        (
            "While it works on a request, the driver makes **calls** (`cid`), each of which gets one **reply**: "
            "the runner keeps the store and plays the world."
        ),
        "",
        (
            "[Every message](format/driver.md) is in a schema, [programs](format/program.md) in another one, and "
            "[chapter 13](../spec/1.0/13-conformance.md) has the rules."
        ),
        "[Porting](PORTING.md) leads through writing a driver.",
        "",
        "## A conversation",
        "",
        f"This was recorded when the site was built: the reference's driver, in [{FIXTURE}](catalogue/{FIXTURE}.md).",
        "The first process is killed when a result is stored; the second one goes on.",
    ]
    for number, messages in enumerate(conversations, 1):
        lines += ["", f"### Process {number} {{ data-search-exclude }}", ""]
        calls: dict[int, str] = {}
        for direction, message in messages:
            lines += [*told(direction, message, calls), ""]
        lines += ["The runner kills the process.", ""] if number < len(conversations) else []
    return "\n".join([*lines, ""])


def told(direction: str, message: Message, calls: dict[int, str]) -> Iterator[str]:
    """Yield one message with what it means."""
    who = "runner" if direction == ">" else "driver"
    operation = str(message.get("op", ""))
    if operation and "cid" in message:
        calls[message["cid"]] = operation
    if operation:
        meaning = SAID.get(operation, f"`{operation}`")
    elif "outcome" in message:
        meaning = SAID["outcome hello" if message["outcome"] == "hello" else "outcome"]
    else:
        meaning = f"{SAID['reply'].removesuffix('.')} `{calls.get(message.get('cid', 0), '')}`."
    yield f"**{who}**: {meaning[0].lower()}{meaning[1:]}"
    yield ""
    yield from ("```json", json.dumps(message, ensure_ascii=False), "```")
