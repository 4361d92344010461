"""Runs that ask and are answered."""

from __future__ import annotations

from typing import Any

from ir.statements import Document, Scope, statement
from runs import ACTIONS, Run, invoke

import taskpoint
from taskpoint import Command, codec


@statement
async def _interrupt(scope: Scope, *, value: Any, response_schema: Any = None) -> Any:
    return taskpoint.interrupt(scope.value(value), response_schema=response_schema)


def _command(run: Run) -> Document:
    command = run.message["command"]
    if "resume" in command:
        return invoke(run, Command(resume=codec.from_tree(command["resume"])))
    answers = {id: codec.from_tree(answer) for id, answer in command["answers"].items()}
    return invoke(run, Command(answers=answers))


ACTIONS["command"] = _command
