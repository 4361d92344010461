"""The requests about values and definitions."""

from __future__ import annotations

from wire import Message


def encode(request: Message) -> Message:  # noqa: ARG001 - yours to use
    """Answer {"outcome": "encoded", "canonical": text}, or {"outcome": "rejected", "code": ..., "path": ...}.

    Evaluate `request["expr"]` and give your port's canonical JSON of the value (chapter 2 of the specification).
    """
    return not_yet("encode", "values.py, function encode")


def decode(request: Message) -> Message:  # noqa: ARG001 - yours to use
    """Answer {"outcome": "decoded", "canonical": text}, or {"outcome": "rejected", "code": ...}.

    Decode the bytes behind `request["raw_b64"]` with your port's codec and encode what they gave.
    """
    return not_yet("decode", "values.py, function decode")


def digest(request: Message) -> Message:  # noqa: ARG001 - yours to use
    """Answer {"outcome": "digested", "digest": hexadecimal}: chapter 3, the input digest of a call."""
    return not_yet("digest", "values.py, function digest")


def define(request: Message) -> Message:  # noqa: ARG001 - yours to use
    """Answer {"outcome": "defined", "definition": document}, or {"outcome": "rejected", "code": ...}: chapter 5."""
    return not_yet("define", "values.py, function define")


def not_yet(op: str, where: str) -> Message:
    """Return what a request is answered with that nobody has written yet."""
    return {"outcome": "errored", "message": f"implement {op}: {where} (conformance/PORTING.md)"}
