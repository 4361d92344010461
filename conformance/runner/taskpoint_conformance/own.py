"""Ports that keep threads in a store of their own: what can be judged of them, and what cannot (CNF-014).

The runner sees their effects and their answers. It kills them at effects only, and reads nothing that they store.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from taskpoint_conformance.canonical import effect_key
from taskpoint_conformance.fixtures import Fixture
from taskpoint_conformance.shapes import is_array, is_object

__all__ = (
    "OWN",
    "PATIENCE",
    "UNSEEN",
    "OwnFolder",
    "judges_own",
    "loosened",
    "may_run_again",
    "unfit",
    "unjudged",
    "with_ids",
)

Document = dict[str, Any]
OWN: Final = "own"
"""The saver that such a driver claims, and no other."""
PATIENCE: Final = 0.2
"""Silent seconds after which the next held reply may go: that an outcome is recorded cannot be seen."""
_REST: Final = 0.25
_LONGEST_REST: Final = 3.0
_NAMES: Final = ("code", "checkpoint_id", "path")
"""Members of an expectation that are names of this specification."""
_JUDGED_OF_A_STATE: Final = ("values", "next", "interrupts")
UNSEEN: Final = frozenset(
    {"journal", "checkpoints", "code", "canonical", "digest", "definition", "items", "cache", "metadata", "path"}
)
"""Where a rule shows in such a port nowhere that is judged, by the words of its `observable`."""
_OWN_NAMES: Final = frozenset({"path", "idempotency_key"})
_CODE: Final = re.compile("[a-z]+[.][a-z_]+")
_WRITES: Final = frozenset({"append", "begin", "fail", "lose_ack", "repeat"})


def judges_own(hello: Document) -> bool:
    """Return whether a driver keeps threads in a store of its port's own."""
    savers: list[str] = hello["savers"]
    return savers == [OWN]


@dataclass(frozen=True, slots=True)
class OwnFolder:
    """A folder that is the port's; nothing is read in it."""

    path: Path

    def threads(self) -> dict[str, Any]:
        """Return no thread: what is in the folder is not ours to read."""
        return {}

    def rest(self) -> None:
        """Wait until the port writes no more: what it would have stored a moment later counts in its favour."""
        end = time.monotonic() + _LONGEST_REST
        seen, since = self._look(), time.monotonic()
        while time.monotonic() - since < _REST and time.monotonic() < end:
            time.sleep(_REST / 10)
            if (now := self._look()) != seen:
                seen, since = now, time.monotonic()

    def _look(self) -> list[tuple[str, int, int]]:
        found: list[tuple[str, int, int]] = []
        for each in sorted(self.path.rglob("*")):
            try:
                state = each.stat()
            except OSError:  # it has just been removed
                continue
            found.append((each.name, state.st_size, state.st_mtime_ns))
        return found


def unfit(fixture: Fixture) -> str | None:
    """Return why a fixture tells nothing of a port with a store of its own, None where it does."""
    if "sqlite" in {fixture.saver, fixture.store, fixture.cache}:
        return "it is about a file of the normative layout"
    if fixture.threads:
        return "it begins with threads in the store"
    for step in fixture.steps:
        if step["op"] in {"encode", "decode", "digest", "define"}:
            return "it is about documents of this specification"
        if not _WRITES.isdisjoint(step.get("fault", {})):
            return "its fault strikes at a write"
        if "entry" in step.get("until", {}):
            return "it waits for a write"
    return None


def unjudged(fixture: Fixture) -> list[str]:
    """Return what a fixture expects that is not judged of a port with a store of its own.

    Example:
        >>> steps = [{"op": "invoke", "expect": {"outcome": "failed", "code": "body.failed"}}]
        >>> unjudged(Fixture(Path("RUN-a.yaml"), {"steps": steps, "final": {"journal": []}}))
        ['final.journal', 'expect.code']
    """
    expectations = [each.get("expect", {}) for step in fixture.steps for each in [step, *step.get("runs", [])]]
    found = [f"final.{name}" for name in ("journal", "checkpoints") if name in fixture.final]
    return found + [f"expect.{name}" for name in _NAMES if any(name in each for each in expectations)]


def loosened(expect: Document) -> Document:
    """Return an expectation without what is not judged: names of this specification, and what stands in a journal.

    Example:
        >>> loosened({"outcome": "failed", "code": "task.failed", "error": {"type": "E", "path": "a#0"}})
        {'outcome': 'failed', 'error': {'type': 'E'}}
    """
    kept = {name: each for name, each in expect.items() if name not in _NAMES or _binds(each)}
    for name, loosen in _LOOSER.items():
        if name in kept:
            kept[name] = loosen(kept[name])
    return kept


def _binds(value: Any) -> bool:
    return is_object(value) and value.keys() == {"$bind"}


def _error(error: Any) -> Any:
    if not is_object(error):
        return error
    kept = {name: each for name, each in error.items() if name != "path"}
    if isinstance(kept.get("type"), str) and _CODE.fullmatch(kept["type"]):
        kept["type"] = {"$any": True}
    return kept


def _effects(tree: Any) -> Any:
    if is_array(tree):
        return [_effects(each) for each in tree]
    if not is_object(tree):
        return tree
    if "name" in tree:
        return {name: each for name, each in tree.items() if name not in _OWN_NAMES}
    return {name: _effects(each) for name, each in tree.items()}


def _interrupts(tree: Any) -> Any:
    if is_array(tree):
        return [_interrupts(each) for each in tree]
    if not is_object(tree):
        return tree
    if tree.keys() >= {"id", "value"}:
        return {**tree, "id": tree["id"] if _binds(tree["id"]) else {"$any": True}}
    return {name: _interrupts(each) for name, each in tree.items()}


def _state(tree: Any) -> Any:
    if is_array(tree):
        return [_state(each) for each in tree]
    if not is_object(tree) or "values" not in tree:
        return tree
    kept = {name: each for name, each in tree.items() if name in _JUDGED_OF_A_STATE or _binds(each)}
    return kept | {"interrupts": _interrupts(tree["interrupts"])}


_LOOSER: Final[dict[str, Callable[[Any], Any]]] = {
    "error": _error,
    "interrupts": _interrupts,
    "effects": _effects,
    "events": _interrupts,
    "state": _state,
    "states": _state,
}


def with_ids(known: dict[str, str], expect: Document, answer: Document | None) -> None:
    """Remember which id the port gave to the interrupt that a fixture calls by another one.

    Example:
        >>> known: dict[str, str] = {}
        >>> asked = {"interrupts": [{"id": "!0", "value": 1}]}
        >>> with_ids(known, asked, {"interrupts": [{"id": "x", "value": 1}]})
        >>> known
        {'!0': 'x'}
    """
    expected: Any = expect.get("interrupts")
    came: list[Document] = (answer or {}).get("interrupts", [])
    for one, other in zip(expected if is_array(expected) else [], came, strict=False):
        if is_object(one) and isinstance(one.get("id"), str):
            known[one["id"]] = other["id"]


def may_run_again(effects: list[Document], struck: Document) -> frozenset[str]:
    """Return the effects that may run again when one is struck: those of calls that are not over.

    One thing comes after the other, so that only the call of the struck effect and those that it stands in are open.

    Example:
        >>> seen = [{"name": "a", "args": [], "path": path} for path in ("", "one", "two")]
        >>> sorted(may_run_again(seen[1:], {"name": "b", "args": [], "path": "two/inner"}))
        ['a()', 'b()']
        >>> sorted(may_run_again(seen[1:2], {"name": "b", "args": [], "path": "two"}))
        ['b()']
    """
    path: str = struck["path"]
    open_calls = {"", path, *(path[:place] for place, character in enumerate(path) if character == "/")}
    return frozenset(
        effect_key(each["name"], each["args"]) for each in [*effects, struck] if each["path"] in open_calls
    )
