"""What a program may ask for that LangGraph has no word for: such a request is skipped, with the reason."""

from __future__ import annotations

from typing import Any, Final

from ir.checks import Skip

__all__ = ("refuse_what_is_not_offered",)

_PROGRAM: Final = {
    "version": "version of an entrypoint",
    "on_divergence": "policy for changed code",
    "migrate": "migration of recorded values",
}
_TASK: Final = {"version": "version of a task", "migrate": "migration of recorded values"}
_CALL: Final = dict.fromkeys(("key", "retry", "timeout", "cache"), "option of a single call")
_STATEMENTS: Final = {
    "now": "recorded time",
    "random": "recorded chance",
    "uuid": "recorded chance",
    "sleep": "recorded pause",
}
_EXPRESSIONS: Final = {
    "$key": "idempotency key of a call",
    "$info": "description of a call",
    "$context": "context as a map",
}
_OPTIONS: Final = {
    "take_over": "ownership of a run",
    "retry": "choice of which failed calls run again",
    "before": "position in a history by its id alone",
}
_ACTIONS: Final = {"fork": "fork of a thread to another thread"}


def refuse_what_is_not_offered(message: dict[str, Any]) -> None:
    """Look for what has no counterpart.

    Raises:
        Skip: There is something.
    """
    program = message["program"]
    _refuse(message["action"], _ACTIONS)
    for name in message.get("options", {}):
        _refuse(name, _OPTIONS)
    if message.get("options", {}).get("subgraphs"):
        raise Skip("the namespaces of streams are LangGraph's own")
    if message["mode"] == "sync" and any("timeout" in each for each in _defined(program)):
        raise Skip("LangGraph has timeouts of async functions only")
    for name in program:
        _refuse(name, _PROGRAM)
    for task in program.get("tasks", {}).values():
        for name in task:
            _refuse(name, _TASK)
    _look(program)


def _defined(program: dict[str, Any]) -> list[dict[str, Any]]:
    return [program, *program.get("tasks", {}).values(), *program.get("entrypoints", {}).values()]


def _look(tree: Any) -> None:
    if isinstance(tree, list):
        for each in tree:
            _look(each)
    elif isinstance(tree, dict):
        if len(tree) == 1:
            ((name, members),) = tree.items()
            if name != "$lit":
                _refuse(name, _STATEMENTS | _EXPRESSIONS)
            if name in {"call", "start"} and isinstance(members, dict):
                for member in members:
                    _refuse(member, _CALL)
        for each in tree.values():
            _look(each)


def _refuse(name: str, known: dict[str, str]) -> None:
    if name in known:
        raise Skip(f"LangGraph has no {known[name]}")
