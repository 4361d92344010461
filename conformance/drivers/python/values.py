"""The requests that are about values."""

from __future__ import annotations

import base64

from ir.checks import check_expressions
from ir.expressions import evaluate
from ir.statements import Document

from taskpoint import ValueEncodingError, codec

__all__ = ("decode", "digest", "encode")


def encode(message: Document) -> Document:
    """Encode what an expression gives."""
    check_expressions(message["expr"])
    try:
        canonical = codec.canonical(evaluate(message["expr"], {}))
    except ValueEncodingError as error:
        return _refused(error)
    return {"outcome": "encoded", "canonical": canonical.decode()}


def decode(message: Document) -> Document:
    """Decode bytes and encode what they gave."""
    try:
        canonical = codec.canonical(codec.decode(base64.b64decode(message["raw_b64"])))
    except ValueEncodingError as error:
        return _refused(error)
    return {"outcome": "decoded", "canonical": canonical.decode()}


def digest(message: Document) -> Document:
    """Digest a call's arguments."""
    tail = message.get("tail", {})
    check_expressions([message["args"], *tail.values()])
    arguments = [evaluate(each, {}) for each in message["args"]]
    named = {name: evaluate(each, {}) for name, each in tail.items()}
    return {"outcome": "digested", "digest": codec.digest_arguments(arguments, named)}


def _refused(error: ValueEncodingError) -> Document:
    return {"outcome": "rejected", "code": error.code, "message": error.message, "path": error.path}
