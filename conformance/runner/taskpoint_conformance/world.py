"""The scripted world: what effects answer, how often they ran, and which fault strikes where."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from taskpoint_conformance.canonical import effect_key
from taskpoint_conformance.errors import Failure
from taskpoint_conformance.journal import Retried, recorded, times_recorded
from taskpoint_conformance.shapes import is_object

__all__ = ("Fault", "Release", "World", "holds_entry")

Document = dict[str, Any]
_KILLS: Final = ("append", "begin", "effect")


def holds_entry(message: Document, wanted: Document) -> bool:
    """Return whether a write holds an entry with these members."""
    return any(all(entry.get(name) == each for name, each in wanted.items()) for entry in message.get("entries", []))


class World:
    """Gives the n-th new execution of an effect its n-th value, and counts."""

    def __init__(self, script: dict[str, list[Document]], retried: Retried = frozenset()) -> None:
        self._script = script
        self._retried = retried
        self._used: Counter[str] = Counter()
        self._given: dict[tuple[Any, ...], Document] = {}
        self.totals: Counter[str] = Counter()

    def execute(self, message: Document, checkpoint_id: str | None, journal: list[Document], place: int) -> Document:
        """Execute an effect, the `place`-th of its kind in this attempt of its call, and return the reply.

        Raises:
            Failure: Its call has a recorded outcome, or the script knows no further execution.
        """
        name, path = message["name"], message["path"]
        key = effect_key(name, message["args"])
        for end in [at for at, character in enumerate(path) if character == "/"] + [len(path)]:
            if path and (entry := recorded(journal, path[:end], self._retried)):
                raise Failure(
                    "effect.repeated", f"{key} ran at {path} although {entry['kind']} {path[:end]} is recorded"
                )
        self.totals[key] += 1
        execution = (checkpoint_id, path, key, place, times_recorded(journal, path))
        if execution not in self._given:
            answers = self._script.get(name, [])
            if self._used[name] >= len(answers):
                known = f"execution {self._used[name] + 1} of {name}, of which {len(answers)} are scripted"
                raise Failure("effect.unexpected", f"{key} ran at {path or 'the body'}: {known}")
            self._given[execution] = answers[self._used[name]]
            self._used[name] += 1
        answer = self._given[execution]
        return {"value": answer["return"]} if "return" in answer else {"error": answer["raise"]}


class Fault:
    """One planned fault; it strikes once."""

    def __init__(self, plan: Document) -> None:
        self._plan = plan
        self.struck = False

    def kills_write(self, message: Document, when: str) -> bool:
        """Return whether the process dies here, and remember that it did."""
        verb = message["op"].removeprefix("saver.")
        if verb not in self._plan or verb not in _KILLS or self._plan["when"] != when:
            return False
        return self._strike(verb == "begin" or self._holds(message, self._plan["append"]))

    def kills_effect(self, key: str, when: str) -> bool:
        """Return whether the process dies here, and remember that it did."""
        return self._strike(self._plan.get("effect") == key and self._plan["when"] == when)

    def fails(self, message: Document) -> bool:
        """Return whether this saver operation is answered with an error, and remember that it was."""
        return self._strike(self._is_of(message, self._plan.get("fail", self._plan.get("lose_ack"))))

    def repeats(self, message: Document) -> bool:
        """Return whether this saver operation is answered twice, and remember that it was."""
        return self._strike(self._is_of(message, self._plan.get("repeat")))

    def _is_of(self, message: Document, wanted: str | None) -> bool:
        narrow = not {"kind", "path", "id"}.isdisjoint(self._plan)
        fits = wanted == message["op"].removeprefix("saver.")
        return fits and (not narrow or self._holds(message, self._plan.get("kind")))

    @property
    def applies(self) -> bool:
        """Whether the write that is answered with an error is done nevertheless."""
        return "lose_ack" in self._plan or self._plan.get("committed") is True

    @property
    def committed(self) -> bool | None:
        """What the error says about the write."""
        value = self._plan.get("committed")
        return value if isinstance(value, bool) else None

    def _holds(self, message: Document, kind: str | None) -> bool:
        wanted = {name: each for name, each in self._plan.items() if name in {"path", "id"}}
        if kind is not None:
            wanted["kind"] = kind
        return holds_entry(message, wanted)

    def _strike(self, fits: bool) -> bool:  # noqa: FBT001 - private
        if self.struck or not fits:
            return False
        self.struck = True
        return True


@dataclass(slots=True)
class Release:
    """The order in which held replies are let go."""

    items: list[Any]
    arrived: set[str] = field(default_factory=set[str])
    emitted: int = 0
    held: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])
    waiting: Any = None
    """The holder of the reply let go last, until something of the same call has arrived."""
    patience: float | None = None
    """After so many silent seconds the next may go: after a crash, what would have come may be recorded already."""
    gives_way: bool = False
    """Whether it then leaves out what has not come, too."""

    def holds(self, key: str) -> bool:
        """Return whether a reply to this effect has to wait for its turn."""
        return self.items.count(key) > sum(each == key for each, _ in self.held)

    def next(self) -> Any | None:
        """Return the reply that may go now, None where there is none."""
        while self.items and is_object(self.items[0]):
            if not self.arrived.issuperset(self.items[0].get("arrived", ())):
                return None
            if self.emitted < self.items[0].get("emitted", 0):
                return None
            del self.items[0]
        if not self.items or self.waiting is not None:
            return None
        for place, (key, reply) in enumerate(self.held):
            if key == self.items[0]:
                del self.items[0], self.held[place]
                self.waiting = reply
                return reply
        return None

    @property
    def is_waiting(self) -> bool:
        """Whether something has to come before the next reply, or time has to pass."""
        return self.waiting is not None or (self.gives_way and bool(self.items))

    def go_on(self) -> None:
        """Wait no longer for what has not come."""
        self.waiting = None
        if self.gives_way and self.items and self.items[0] not in [key for key, _ in self.held]:
            del self.items[0]

    def without(self, done: set[str], *, gives_way: bool = False) -> Release:
        """Return the order after a crash, in which what is not done is let go."""
        left: list[Any] = []
        for item in self.items:
            if isinstance(item, str):
                left += [item] if item not in done else []
            elif keys := [key for key in item.get("arrived", ()) if key not in done]:
                left.append({"arrived": keys})
        return Release(left, patience=1.0, gives_way=gives_way)

    def __str__(self) -> str:
        if self.waiting is not None:
            return f"nothing came of the effect answered last, at {self.waiting.path or 'the body'}"
        return f"waiting for {self.items[0]}" if self.items else "nothing is held"
