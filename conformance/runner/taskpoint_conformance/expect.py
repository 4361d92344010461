"""Compares what a step or a whole fixture brought about with what the fixture expects."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from taskpoint_conformance.errors import Detail, Failure
from taskpoint_conformance.journal import checkpoint_view, entry_view
from taskpoint_conformance.match import Bindings, Difference, difference, is_latitude
from taskpoint_conformance.shapes import is_array, is_object

__all__ = ("COMPARED", "check_cache", "check_final", "check_items", "check_step", "journals_so_far")

Document = dict[str, Any]
Threads = Mapping[str, list[tuple[Document, list[Document]]]]
COMPARED: Final = ("value", "code", "interrupts", "definition", "canonical", "path", "digest", "checkpoint_id")
_SHORT: Final = 60
_STATE_ALWAYS: Final = frozenset({"values", "next", "interrupts"})
_TASK_ALWAYS: Final = frozenset({"result", "error", "cancelled", "interrupts"})


def check_step(
    expect: Document, answer: Document | None, effects: list[Document], events: list[Any], bindings: Bindings
) -> None:
    """Check one step; `answer` None: its process was killed.

    Raises:
        Failure: At the first difference.
    """
    outcome = "killed" if answer is None else answer["outcome"]
    if outcome != expect["outcome"]:
        shown = {key: each for key, each in (answer or {"outcome": "killed"}).items() if key != "id"}
        wanted = {key: each for key, each in expect.items() if key not in {"effects", "events"}}
        raise Failure("expect.outcome", f"the outcome is {outcome}, not {expect['outcome']}", Detail(wanted, shown))
    for text in expect.get("unsaid", []):
        if text in json.dumps(answer, ensure_ascii=False):
            raise Failure("expect.unsaid", f"the answer says {text!r}, which stands in no error", Detail([], answer))
    for member in COMPARED if answer else ():
        if member in expect:
            _compare(f"expect.{member}", member, expect[member], (answer or {}).get(member), bindings)
    if "error" in expect:
        _compare(
            "expect.error", "error", expect["error"], _listed(expect["error"], (answer or {}).get("error")), bindings
        )
    if "state" in expect:
        _compare(
            "expect.state", "state", expect["state"], _state_view(expect["state"], (answer or {})["state"]), bindings
        )
    if "states" in expect:
        states = (answer or {})["states"]
        if is_array(expect["states"]):
            wanted_states = [*expect["states"], *[None] * (len(states) - len(expect["states"]))]
            states = [_state_view(one, state) for one, state in zip(wanted_states, states, strict=False)]
        _compare("expect.state", "states", expect["states"], states, bindings)
    if "effects" in expect:
        _compare("expect.effects", "effects", expect["effects"], _effects_view(expect["effects"], effects), bindings)
    if "events" in expect:
        _compare("expect.events", "events", expect["events"], events, bindings)


def check_final(final: Document, threads: Threads, totals: Mapping[str, int], bindings: Bindings) -> None:
    """Check what holds after the last step.

    Raises:
        Failure: At the first difference.
    """
    if "effect_totals" in final:
        _compare("final.effects", "effect_totals", final["effect_totals"], dict(totals), bindings)
    for name, expected in _journals(final).items():
        actual = _journal_view(expected, threads.get(name, []))
        _compare("final.journal", f"journal of {name}", expected, actual, bindings)
    for name, expected in final.get("checkpoints", {}).items():
        checkpoints = [checkpoint for checkpoint, _ in threads.get(name, [])]
        listed: list[Any] = expected if is_array(expected) else []
        wanted = [*listed, *[None] * (len(checkpoints) - len(listed))]
        views = [checkpoint_view(one, checkpoint) for one, checkpoint in zip(wanted, checkpoints, strict=False)]
        _compare("final.checkpoints", f"checkpoints of {name}", expected, views, bindings)


def check_items(final: Document, items: Callable[[list[Any]], list[Document]], bindings: Bindings) -> None:
    """Check what the store holds after the last step; `items` gives it as the expectations list it.

    Raises:
        Failure: At the first difference.
    """
    expected = final.get("items")
    if expected is not None:
        _compare("final.items", "items", expected, items(expected if is_array(expected) else []), bindings)


def check_cache(final: Document, entries: Callable[[list[Any]], list[Document]], bindings: Bindings) -> None:
    """Check what stands in the cache after the last step; `entries` gives it as the expectations list it.

    Raises:
        Failure: At the first difference.
    """
    expected = final.get("cache")
    if expected is not None:
        _compare("final.cache", "cache", expected, entries(expected), bindings)


def journals_so_far(final: Document, threads: Threads) -> dict[str, Detail]:
    """Return the journals that a fixture expects at its end beside what they are now, for the reader of a failure."""
    return {
        name: Detail(expected, _journal_view(expected, threads.get(name, [])))
        for name, expected in _journals(final).items()
    }


def _journals(final: Document) -> Document:
    """Return the expected journals by thread."""
    journals: Any = final.get("journal")
    if journals is None:
        return {}
    return journals if is_object(journals) and not is_latitude(journals) else {"t1": journals}


def _journal_view(expected: Any, thread: list[tuple[Document, list[Document]]]) -> list[Any]:
    values = {checkpoint["id"]: checkpoint.get("value") for checkpoint, _ in thread}
    runs = [entries for checkpoint, entries in thread if entries or checkpoint["source"] in {"input", "fork"}]
    entries = runs[-1] if runs else []
    views = [entry_view(_meant(expected, place, entry), entry, values) for place, entry in enumerate(entries)]
    return grouped(expected, views)


def _meant(expected: Any, place: int, entry: Document) -> Any:
    """Return the expectation that an entry is compared with: the one at its place, among several the likely one."""
    for one in choices(expected, place):
        if is_object(one) and all(one.get(key) == entry.get(key) for key in ("kind", "path", "id")):
            return one
    found = choices(expected, place)
    return found[0] if found else None


def choices(expected: Any, place: int) -> list[Any]:
    """Return the expectations that the item at a place of a list may be meant by.

    Example:
        >>> choices([1, {"$unordered": [2, 3]}, 4], 2), choices([1, {"$unordered": [2, 3]}, 4], 3)
        ([2, 3], [4])
    """
    if is_object(expected):
        found: list[Any] = expected.get("$unordered", expected.get("$oneOf", []))
        return found
    at = 0
    items: list[Any] = expected if is_array(expected) else []
    for item in items:
        if is_object(item) and item.keys() == {"$unordered"}:
            several: list[Any] = item["$unordered"]
            at += len(several)
        else:
            several = item["$oneOf"] if is_object(item) and item.keys() == {"$oneOf"} else [item]
            at += 1
        if place < at:
            return several
    return []


def grouped(expected: Any, actual: list[Any]) -> list[Any]:
    """Put items together as the expectation does, where it says of a part of a list that its order is free.

    Example:
        >>> grouped([1, {"$unordered": [2, 3]}, 4], [1, 3, 2, 4])
        [1, [3, 2], 4]
    """
    if not is_array(expected):
        return actual
    rest = list(actual)
    groups: list[Any] = []
    for item in expected:
        if is_object(item) and item.keys() == {"$unordered"}:
            size = len(item["$unordered"])
            groups.append(rest[:size])
            del rest[:size]
        elif rest:
            groups.append(rest.pop(0))
    return groups + rest


def _compare(code: str, what: str, expected: Any, actual: Any, bindings: Bindings) -> None:
    if found := difference(expected, actual, bindings):
        place = f"{what}{found.path if found.path.startswith('[') else f'.{found.path}' if found.path else ''}"
        raise Failure(code, f"{place}: {found.reason}{_values(found)}", Detail(expected, actual))


def _values(found: Difference) -> str:
    """Say what differs, where it is short enough for one line."""
    if found.reason != "differs":
        return ""
    texts = [json.dumps(each, ensure_ascii=False) for each in (found.expected, found.actual)]
    if max(map(len, texts)) > _SHORT:
        return ""
    return f": {texts[0]} is expected, {texts[1]} came"


def _listed(expected: Any, actual: Any) -> Any:
    if is_object(expected) and is_object(actual) and not is_latitude(expected):
        return {key: each for key, each in actual.items() if key in expected}
    return actual


def _state_view(expected: Any, state: Document) -> Document:
    if not is_object(expected) or is_latitude(expected):
        return state
    view = {key: each for key, each in state.items() if key in expected or key in _STATE_ALWAYS}
    if is_array(expected.get("tasks")):
        wanted: list[Any] = [*expected["tasks"], *[{}] * len(state["tasks"])]
        view["tasks"] = [
            {key: each for key, each in task.items() if not is_object(one) or key in one or key in _TASK_ALWAYS}
            for one, task in zip(wanted, state["tasks"], strict=False)
        ]
    return view


def _effects_view(expected: Any, effects: list[Document]) -> list[Any]:
    """Show of each effect what its expectation lists."""
    views: list[Document] = []
    for place, effect in enumerate(effects):
        listed: set[str] = {"name", "args"}
        for one in choices(expected, place):
            listed |= one.keys() if is_object(one) else set()
        views.append({key: each for key, each in effect.items() if key in listed})
    return grouped(expected, views)
