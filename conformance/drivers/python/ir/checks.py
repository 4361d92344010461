"""What a program may hold: a driver refuses what it does not know before any of it runs (CNF-021)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from ir.expressions import FORMS, HOSTS, is_array, is_object
from ir.statements import STATEMENTS, Broken, members_of

__all__ = ("Skip", "check", "check_expressions")

_DEFINITION: Final = frozenset(("entrypoint", "entrypoints", "tasks", "params", "body", "previous"))


class Skip(Exception):
    """Python has no such thing."""


def check(program: Any, options: Iterable[str]) -> None:
    """Refuse a program that is not of the IR; `options` are the further members that a definition may have.

    Raises:
        Broken: It has a member, a statement or an expression that does not exist.
        Skip: It has a value that Python has not.
    """
    for definition in (program, *program.get("tasks", {}).values(), *program.get("entrypoints", {}).values()):
        _only(definition, _DEFINITION.union(options))
        _check_body(definition["body"])


def _only(members: Any, known: frozenset[str]) -> None:
    unknown = sorted(set(members) - known)
    if unknown:
        raise Broken(f"the program has an unknown member: {unknown[0]}")


def _check_body(body: Any) -> None:
    for statement in body:
        ((kind, members),) = statement.items()
        if kind not in STATEMENTS:
            raise Broken(f"the program has an unknown statement: {kind}")
        known = members_of(kind)
        if known is not None:
            _only(members, known)
            for inner in _bodies(kind, members):
                _check_body(inner)
        check_expressions(members)


def _bodies(kind: str, members: Any) -> Iterator[Any]:
    if kind == "branches":
        yield from members["do"]
    else:
        yield from (members[name] for name in ("then", "else", "do", "body", "finally") if name in members)
        for clause in members.get("catch", []):
            _only(clause, frozenset(("type", "as", "body")))
            yield clause["body"]


def check_expressions(tree: Any) -> None:
    """Refuse unknown expressions anywhere in a tree; skip values that only other languages have."""
    if is_array(tree):
        for item in tree:
            check_expressions(item)
    elif is_object(tree):
        for key, item in tree.items():
            if key == "$host" and item not in HOSTS:
                raise Skip(f"Python has no value {item!r}")
            if key.startswith("$") and key not in FORMS:
                raise Broken(f"the program has an unknown expression: {key}")
            if key not in {"$lit", "response_schema"}:
                # The members of a `$dict` have names of the program's own, `$int` or `$ref` among them.
                check_expressions(list(item.values()) if key == "$dict" else item)
