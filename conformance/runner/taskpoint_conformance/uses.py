"""Which profiles a fixture uses: what its programs say and what its steps ask for belongs to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from taskpoint_conformance.shapes import is_array, is_object

__all__ = ("used",)

Document = dict[str, Any]
_STATEMENTS: Final = {
    **dict.fromkeys(("start", "await", "gather", "first", "branches", "cancel", "done"), "concurrency"),
    **dict.fromkeys(("now", "random", "uuid", "sleep"), "durable"),
    "heartbeat": "policies",
    "interrupt": "interrupts",
    "invoke": "composition",
    "store": "stores",
    "write": "streams",
}
_DEFINITIONS: Final = {
    **dict.fromkeys(("retry", "timeout", "cache"), "policies"),
    **dict.fromkeys(("returns", "migrate"), "types"),
    "context": "context",
}
_OPTIONS: Final = {"stream": "streams", "durability": "durability", "context": "context", "once": "once"}
_ACTIONS: Final = {
    **dict.fromkeys(("state", "history", "update", "bulk_update", "fork"), "state"),
    "clear_cache": "policies",
    "command": "interrupts",
}
_KEPT: Final = {"store": "stores", "cache": "policies"}


def used(document: Document) -> frozenset[str]:
    """Return the profiles that a port has to claim for a fixture, beside `core`.

    Example:
        >>> step = {"op": "invoke", "options": {"stream": True}}
        >>> body = [{"if": {"cond": True, "then": [{"interrupt": {}}]}}]
        >>> sorted(used({"profile": "state", "program": {"body": body}, "steps": [step]}))
        ['interrupts', 'state', 'streams']
    """
    found = {document["profile"], *(profile for member, profile in _KEPT.items() if member in document)}
    if document.get("saver") == "sqlite":
        found.add("sqlite")
    for program in (document.get("program"), *document.get("programs", {}).values()):
        if program is not None and "body" in program:
            found.update(_of_program(program))
    for step in document["steps"]:
        for run in (step, *step.get("runs", [])):
            asked = {run.get("op"), run.get("action")}
            found.update(profile for action, profile in _ACTIONS.items() if action in asked)
            found.update(profile for option, profile in _OPTIONS.items() if option in run.get("options", {}))
    return frozenset(found - {"core"})


def _of_program(program: Document) -> Iterator[str]:
    inner = [*program.get("tasks", {}).values(), *program.get("entrypoints", {}).values()]
    for definition in (program, *inner):
        yield from (profile for member, profile in _DEFINITIONS.items() if member in definition)
        yield from _of_body(definition["body"])


def _of_body(body: list[Document]) -> Iterator[str]:
    for statement in body:
        [(name, content)] = statement.items()
        if name in _STATEMENTS:
            yield _STATEMENTS[name]
        if not is_object(content):
            continue
        if "response_schema" in content:
            yield "answers"
        if name in {"call", "start"}:
            yield from (_DEFINITIONS[member] for member in ("retry", "timeout", "cache") if member in content)
        for member in ("then", "else", "do", "body", "finally", "catch"):
            yield from _of_part(content.get(member))


def _of_part(part: Any) -> Iterator[str]:
    """A body, or several: the branches of a statement, or what handlers of errors have."""
    for each in part if is_array(part) else []:
        if is_array(each):
            yield from _of_body(each)
        else:
            yield from _of_body(each["body"] if "type" in each else [each])
