"""What the end of a run is told as."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, cast

from ir.statements import Document
from program import describe

from taskpoint import ConcurrentRunError, Interrupt, SaverError, StopRun, TaskError, TaskpointError, codec

__all__ = ("asked_in", "ended", "failed", "question", "questions")

_LIBRARY_CODE: Final = re.compile(r"[a-z]+\.[a-z_]+")


def ended(result: Any) -> Document:
    """Return the answer to a run that returned this."""
    asked = asked_in(result)
    if asked is None:
        return {"outcome": "completed", "value": codec.to_tree(result)}
    return {"outcome": "interrupted", "interrupts": questions(asked)}


def asked_in(result: Any) -> tuple[Interrupt, ...] | None:
    """Return the interrupts that a result or an event carries, None where it is a value."""
    if not isinstance(result, dict) or len(cast("Document", result)) != 1:
        return None
    found: Any = cast("Document", result).get("__interrupt__")
    if not isinstance(found, list | tuple):
        return None
    interrupts = [each for each in cast("Sequence[Any]", found) if isinstance(each, Interrupt)]
    return tuple(interrupts) or None


def questions(interrupts: Sequence[Interrupt]) -> list[Document]:
    """Return what is asked, as messages have it."""
    return [
        question({"id": each.id, "value": each.value, "response_schema": each.response_schema}) for each in interrupts
    ]


def question(each: Document) -> Document:
    """Return one question, as messages have it."""
    schema = each.get("response_schema")
    shown = {"id": each["id"], "value": codec.to_tree(each["value"])}
    return shown if schema is None else {**shown, "response_schema": schema}


def failed(error: BaseException, recorded: Document | None, *, entered: bool) -> Document:
    """Tell what an error means: refused before anything began, or the end of a run (CNF-007).

    Args:
        error: What left the run.
        recorded: The error that the library wrote down, if it did.
        entered: Whether the code of the entrypoint was begun.
    """
    if isinstance(error, StopRun):
        return {"outcome": "stopped"}
    if not entered and isinstance(error, TaskpointError) and not isinstance(error, SaverError | TaskError):
        return {"outcome": "rejected", "code": error.code, "message": error.message}
    if recorded is None or isinstance(error, ConcurrentRunError | SaverError):
        recorded = cast("Document", codec.to_tree(describe(error)))
    if _LIBRARY_CODE.fullmatch(recorded["type"]):
        code = recorded["type"]
    else:
        code = "task.failed" if "path" in recorded else "body.failed"
    return {"outcome": "failed", "code": code, "error": recorded}
