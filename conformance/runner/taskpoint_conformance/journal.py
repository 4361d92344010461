"""What the judge knows about journals: their invariants, which records hold, and how a fixture views them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from taskpoint_conformance.errors import Failure
from taskpoint_conformance.match import is_latitude
from taskpoint_conformance.schemas import entry_problem
from taskpoint_conformance.shapes import is_array, is_object

__all__ = (
    "ATTEMPTS",
    "OUTCOMES",
    "TERMINAL",
    "Retried",
    "check_entries",
    "checkpoint_view",
    "comparable",
    "entry_view",
    "question",
    "recorded",
    "times_recorded",
)

OUTCOMES: Final = frozenset({"task.completed", "task.failed", "task.cancelled"})
TERMINAL: Final = frozenset({"run.completed", "run.interrupted", "run.failed", "run.stopped"})
ATTEMPTS: Final = frozenset({"run.started", "run.resumed"})
_UNLISTED: Final = frozenset(
    {"seq", "at", "attempt_id", "started_at", "name", "input_digest", "alone", "attempts", "checkpoint_id"}
)
_CHECKPOINT_LISTED: Final = frozenset({"source", "input", "value", "saved"})
_SETS: Final = ("rerun", "orphans")
"""Members that are sets: the order of their paths has no meaning (RPL-030, RPL-041)."""

Document = dict[str, Any]
Retried = frozenset[str]
"""The names of the tasks that a fixture's programs execute again, as paths have them."""

_LIBRARY: Final = re.compile(r"[a-z]+\.[a-z_]+")
"""The type of an error of the library: its code."""


def question(entry: Document) -> Document:
    """Return how a question is shown that was recorded so.

    Example:
        >>> question({"kind": "interrupt.raised", "seq": 1, "id": "!0", "value": "ok?", "alone": True})
        {'id': '!0', 'value': 'ok?'}
    """
    return {member: entry[member] for member in ("id", "value", "response_schema") if member in entry}


def check_entries(journal: list[Document], entries: list[Document], retried: Retried = frozenset()) -> None:
    """Refuse entries that break their schema, or an invariant of every journal.

    Raises:
        Failure: Naming the rule.
    """
    before = list(journal)
    for entry in entries:
        if problem := entry_problem(entry):
            raise Failure("store.invalid", f"an entry breaks its schema: {entry.get('kind')}: {problem}")
        if problem := _problem(before, entry, retried):
            raise Failure("store.invalid", f"{entry['kind']} {entry.get('path', entry.get('id', ''))}: {problem}")
        before.append(entry)


def _problem(journal: list[Document], entry: Document, retried: Retried) -> str | None:
    if entry["seq"] != len(journal):
        return f"seq {entry['seq']} stands where {len(journal)} belongs (JRN-001)"
    if any(each["kind"] == "run.completed" for each in journal):
        return "an entry after run.completed (JRN-012)"
    if (entry["kind"] == "run.started") != (not journal):
        return "run.started is the first entry and no other (JRN-002)"
    if entry["kind"] in ATTEMPTS:
        return _attempt_problem(journal, entry)
    attempt = next(each for each in reversed(journal) if each["kind"] in ATTEMPTS)
    if entry["attempt_id"] != attempt["attempt_id"]:
        return "another attempt_id than the attempt that it follows (JRN-003)"
    if journal[-1]["kind"] in TERMINAL:
        return "an entry after the end of its attempt (JRN-011)"
    if entry["kind"] in OUTCOMES and recorded(journal, entry["path"], retried):
        return "a second outcome of one path (JRN-008)"
    if entry["kind"] in {"interrupt.raised", "interrupt.answered"}:
        same = [each["kind"] for each in journal if each.get("id") == entry["id"]]
        if entry["kind"] in same:
            return "the same interrupt twice"
        if entry["kind"] == "interrupt.answered" and "interrupt.raised" not in same:
            return "an answer to an interrupt that was not raised"
    return None


def _attempt_problem(journal: list[Document], entry: Document) -> str | None:
    attempts = [each for each in journal if each["kind"] in ATTEMPTS]
    if entry["attempt"] != len(attempts) + 1:
        return f"attempt {entry['attempt']} follows {len(attempts)} (JRN-004)"
    if any(each["attempt_id"] == entry["attempt_id"] for each in attempts):
        return "an attempt_id stands for two attempts (JRN-003)"
    return None


def recorded(journal: Iterable[Document], path: str, retried: Retried = frozenset()) -> Document | None:
    """Return the outcome of a call that holds: the last one, unless it was made void since.

    What went wrong inside of a call that a policy executes again may be void without a word (POL-005): it holds nothing
    up.
    """
    found: Document | None = None
    failures: dict[str, int] = {}
    for entry in journal:
        if entry["kind"] == "task.failed":
            failures[entry["path"]] = entry["seq"]
        if entry.get("path") == path and entry["kind"] in OUTCOMES:
            found = entry
        elif found is not None and entry["kind"] == "run.resumed":
            found = None if _is_void(found, entry.get("rerun", []), failures) else found
    if found is not None and found["kind"] != "task.completed":
        around = path.split("/")[:-1]
        if any(segment.partition("#")[0].partition("@")[0] in retried for segment in around):
            return None
    return found


def _is_void(found: Document, rerun: list[str], failures: dict[str, int]) -> bool:
    """Tell whether an outcome becomes void with these failures (RPL-043, RPL-047)."""
    if found["kind"] != "task.cancelled":
        return found["path"] in rerun
    around = [path.rpartition("/")[0] for path in rerun if failures.get(path, found["seq"]) < found["seq"]]
    return any(not scope or found["path"].startswith(f"{scope}/") for scope in around)


def times_recorded(journal: Iterable[Document], path: str) -> int:
    """Return how many outcomes a call has had, void ones included."""
    return sum(entry.get("path") == path and entry["kind"] in OUTCOMES for entry in journal)


def entry_view(expected: Any, entry: Document, values: dict[str, Any]) -> Document:
    """Return an entry as a fixture's expectation looks at it: without the members that it may leave out.

    `values` are the values of the thread's loop checkpoints by id, for run.completed.
    """
    if not is_object(expected) or is_latitude(expected):
        expected = {}
    view = {key: each for key, each in entry.items() if key in expected or key not in _UNLISTED}
    if "rerun" not in expected and view.get("rerun") == []:
        del view["rerun"]
    for name in _SETS:
        if is_array(expected.get(name)) and sorted(expected[name]) == sorted(view.get(name, [])):
            view[name] = expected[name]
    if is_object(view.get("error")) and is_object(expected.get("error")) and not is_latitude(expected["error"]):
        view["error"] = {key: each for key, each in view["error"].items() if key in expected["error"]}
    if entry["kind"] == "run.completed" and "value" in expected:
        view["value"] = values.get(entry["checkpoint_id"])
    return view


def checkpoint_view(expected: Any, checkpoint: Document) -> Document:
    """Return a checkpoint as a fixture's expectation looks at it."""
    listed = _CHECKPOINT_LISTED.union(expected if is_object(expected) else ())
    return {key: each for key, each in checkpoint.items() if key in listed}


def comparable(threads: dict[str, list[tuple[Document, list[Document]]]], *, crashed: bool = False) -> dict[str, Any]:
    """Return what has to be the same in every variant of a run: all but minted ids, times and recorded chance.

    After a crash the entries of attempts differ too, and so does what depends on what else was in flight.
    The texts of the library's own errors are each port's (ERR-001); their codes and paths are not.
    """
    minted = {
        "at",
        "attempt_id",
        "started_at",
        "created_at",
        "run_id",
        "id",
        "parent_id",
        "previous_id",
        "checkpoint_id",
        "alone",  # may be false where a runtime cannot tell (RPL-015), and then depends on the machine's load
    }
    if crashed:
        minted |= {"seq", "attempts"}

    def bare(document: Document) -> Document:
        keep_id = document["kind"].startswith("interrupt.")  # a path, and not minted
        leave = minted
        if document.get("path", "").rpartition("/")[2].startswith("$"):  # DRH-003: time and chance
            leave = minted | {"value"}
        kept = {key: each for key, each in document.items() if key not in leave or (key == "id" and keep_id)}
        kept |= {key: sorted(kept[key]) for key in _SETS if key in kept}
        error = kept.get("error")
        if is_object(error) and _LIBRARY.fullmatch(error["type"]):
            kept["error"] = {key: each for key, each in error.items() if key != "message"}
        return kept

    return {
        name: [
            {
                "checkpoint": bare(checkpoint),
                "entries": [bare(each) for each in entries if not (crashed and each["kind"] in ATTEMPTS)],
            }
            for checkpoint, entries in thread
        ]
        for name, thread in threads.items()
    }
