"""What a program may hold: the driver refuses a member that it does not know instead of passing over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from computing import HOSTS, is_array, is_object

__all__ = ("Broken", "Skip", "check")

_EXPRESSIONS: Final = frozenset(
    ("$var", "$list", "$dict", "$get", "$op", "$lit", "$host", "$key", "$attempt", "$info", "$context")
)
_PROGRAM: Final = frozenset(
    (
        "entrypoints",
        "entrypoint",
        "params",
        "tasks",
        "body",
        "version",
        "on_divergence",
        "previous",
        "retry",
        "timeout",
        "cache",
        "migrate",
        "context",
    )
)
_CALL: Final = frozenset(("task", "args", "kwargs", "key", "retry", "timeout", "cache", "as"))
_STATEMENTS: Final[Mapping[str, frozenset[str] | None]] = {
    "let": None,
    "return": None,
    "if": frozenset(("cond", "then", "else")),
    "for": frozenset(("each", "in", "do")),
    "call": _CALL,
    "start": _CALL,
    "invoke": frozenset(("entrypoint", "input", "thread", "options", "as")),
    "await": frozenset(("handle", "as")),
    "cancel": frozenset(("handle",)),
    "done": frozenset(("handle", "as")),
    "gather": frozenset(("handles", "as", "return_errors")),
    "first": frozenset(("handles", "as", "index")),
    "branches": frozenset(("do", "as", "return_errors")),
    "interrupt": frozenset(("value", "as")),
    "try": frozenset(("body", "catch", "finally")),
    "raise": frozenset(("type", "message", "data", "cause", "retryable")),
    "rethrow": frozenset(("error",)),
    "final": frozenset(("value", "save")),
    "previous": frozenset(("as",)),
    "heartbeat": None,
    **dict.fromkeys(("now", "random", "uuid"), frozenset(("as",))),
    "sleep": frozenset(("seconds",)),
    "write": frozenset(("value",)),
    "effect": frozenset(("name", "args", "as")),
    "store": frozenset(("op", "namespace", "key", "value", "ttl", "filter", "limit", "offset", "query", "refresh"))
    | {"prefix", "suffix", "max_depth", "as"},
}
"""The members of each statement; None: they are names of the program's own, or an expression."""


class Skip(Exception):
    """Python, or the mode asked for, has no such thing."""


class Broken(BaseException):
    """The request is not of the protocol: no program can catch it."""


def check(program: Any, *, is_async: bool) -> None:
    """Refuse a program that is not of the IR.

    Raises:
        Broken: It has a member, a statement or an expression that does not exist.
        Skip: It has something that Python, or the mode, does not.
    """
    _only(program, _PROGRAM)
    bodies = [program["body"]]
    for task in program.get("tasks", {}).values():
        _only(
            task, frozenset(("params", "body", "raises", "retry", "timeout", "cache", "version", "migrate", "returns"))
        )
        bodies.append(task["body"])
    for inner in program.get("entrypoints", {}).values():
        _only(inner, frozenset(("params", "body", "previous", "retry", "timeout", "cache", "saver")))
        bodies.append(inner["body"])
    for body in bodies:
        for kind in _kinds(body):
            if kind == "branches" and not is_async:
                raise Skip("concurrent branches of one scope need an event loop")


def _only(members: Any, known: frozenset[str]) -> None:
    unknown = sorted(set(members) - known)
    if unknown:
        raise Broken(f"the program has an unknown member: {unknown[0]}")


def _kinds(body: Any) -> Iterator[str]:
    """Check statements and yield what they are."""
    for statement in body:
        ((kind, members),) = statement.items()
        if kind not in _STATEMENTS:
            raise Broken(f"the program has an unknown statement: {kind}")
        known = _STATEMENTS[kind]
        if known is not None:
            _only(members, known)
        yield kind
        for inner in _bodies(kind, members):
            yield from _kinds(inner)
        check_expressions(members)


def _bodies(kind: str, members: Any) -> Iterator[Any]:
    if kind == "branches":
        yield from members["do"]
        return
    if kind in {"if", "for", "try"}:
        yield from (members[name] for name in ("then", "else", "do", "body", "finally") if name in members)
    if kind == "try":
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
            if key.startswith("$") and key not in _EXPRESSIONS:
                raise Broken(f"the program has an unknown expression: {key}")
            if key != "$lit":
                # The members of a `$dict` have names of the program's own, `$int` or `$ref` among them.
                check_expressions(list(item.values()) if key == "$dict" else item)
