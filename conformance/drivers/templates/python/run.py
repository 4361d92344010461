"""The request that everything is about: one use of an entrypoint whose program is data."""

from __future__ import annotations

from typing import Any

from values import not_yet
from wire import Message, Wire


class EffectError(Exception):
    """An error of the runner's world: raise it inside the task's function, by its type's plain name."""

    def __init__(self, error: Message) -> None:
        super().__init__(error["message"])
        self.type: str = error["type"]
        self.data = error.get("data")


def effect(wire: Wire, request: int, **members: object) -> Any:
    """Do something in the runner's world (CNF-009): `name`, `args`, `path`, `attempt`, `idempotency_key`.

    In the entrypoint's own body `path` is "", and `attempt` and `idempotency_key` are None. Arguments and result are
    encoded values.
    """
    ok = wire.call(request, "effect", **members)["ok"]
    if "error" in ok:
        raise EffectError(ok["error"])
    return ok["value"]


def run(request: Message, wire: Wire) -> Message:  # noqa: ARG001 - yours to use
    """Answer `completed`, `interrupted`, `failed`, `rejected`, `updated`, `forked`, `deleted`, `state` or `history`.

    In this order (conformance/PORTING.md says more of each):

    1. make a task of your port of every member of `request["program"]["tasks"]`: its function interprets the task's
       body, a list of statements, with the arguments as variables;
    2. make an entrypoint of the program's own body, with `RunnerSaver(wire, request["id"])` as its saver where
       `request["saver"]["kind"]` is "runner", and with none where it is "none";
    3. `request["action"]` says what to ask of it; begin with `invoke` (`request["input"]`) and `resume`, on the
       thread `request["thread"]`;
    4. turn what your port gives, or the error that it raises, into the answer.

    Use nothing but your port's public interface, and refuse what you do not know yet with `errored`.
    """
    return not_yet("run", "run.py, function run")
