"""Values and their encoding: the only place of the runtime that touches a JSON library.

A value goes out as JSON text, with everything that JSON lacks in one-key objects such as ``{"$bytes": "AA=="}``, and
comes back as the same value in any language. `spec/1.0/02-values.md` is the rule.

Plain data takes a fast path: orjson writes it, and a few checks prove that it wrote exactly what the walk of `_walk`
would have written. Whatever they cannot prove takes the walk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from taskpoint.codec import _fast, _walk
from taskpoint.codec._extensions import is_registered, register_extension
from taskpoint.codec._json import canonical_json, is_text, read_json
from taskpoint.codec._model import Carried, ErrorValue, Ext, Refusal, type_of
from taskpoint.codec._walk import has_encoding, step
from taskpoint.errors import ValueEncodingError

__all__ = (
    "Carried",
    "ErrorValue",
    "Ext",
    "canonical",
    "canonical_text",
    "decode",
    "digest_arguments",
    "encode",
    "encode_and_decode",
    "from_tree",
    "has_encoding",
    "is_registered",
    "register_extension",
    "step",
    "to_tree",
    "type_of",
)

_OPAQUE = b'{"$opaque":true}'


def encode(value: object) -> str:
    """The encoding of a value, as JSON text.

    Raises:
        ValueEncodingError: The value has no encoding; the error says where in it.

    Example:
        >>> encode({"id": 7, "raw": b"ok", "$ref": None})
        '{"id":7,"raw":{"$bytes":"b2s="},"$$ref":null}'
    """
    text = _fast.plain_bytes(value)
    return (_fast.write(to_tree(value)) if text is None else text).decode()


def decode(text: str | bytes) -> Any:
    """The value of an encoding.

    Raises:
        ValueEncodingError: The text is not the encoding of any value; the error says where in it.

    Example:
        >>> decode('{"raw": {"$bytes": "b2s="}, "$$ref": null}')
        {'raw': b'ok', '$ref': None}
    """
    if isinstance(text, str):
        if not is_text(text):
            raise Refusal("value.lone_surrogate", "a text has a lone surrogate").error()
        text = text.encode()
    quick = _fast.plain_tree(text)
    if quick is not None and not quick[1]:
        return quick[0]
    try:
        return _walk.from_tree(read_json(text) if quick is None else quick[0])
    except Refusal as refusal:
        raise refusal.error() from None


def encode_and_decode(value: object) -> tuple[str, Any]:
    """The encoding of a value, and what comes back from it: what the one who gets the value must see (`RPL-002`).

    Example:
        >>> encode_and_decode((1, 2))
        ('[1,2]', [1, 2])
    """
    quick = _fast.faithful(value)
    if quick is not None:
        text, doubles = quick
        back = _fast.read(text)
        if not doubles or b"null" not in text or back == value:
            return text.decode(), back
    tree = to_tree(value)
    return _fast.write(tree).decode(), from_tree(tree)


def to_tree(value: object) -> Any:
    """The encoding of a value as a JSON tree."""
    try:
        return _walk.to_tree(value)
    except Refusal as refusal:
        raise refusal.error() from None


def from_tree(tree: object) -> Any:
    """The value of an encoding that is a JSON tree."""
    try:
        return _walk.from_tree(tree)
    except Refusal as refusal:
        raise refusal.error() from None


def canonical(value: object) -> bytes:
    """The canonical bytes of a value: its encoding as RFC 8785 writes it (`VAL-005`)."""
    text = _fast.canonical_bytes(value)
    return canonical_json(to_tree(value)).encode() if text is None else text


def canonical_text(text: str | bytes) -> bytes:
    """The canonical bytes of an encoding."""
    return canonical(decode(text))


def digest_arguments(arguments: Sequence[object], tail: Mapping[str, object] | None = None) -> str:
    """The digest of a call's arguments: SHA-256 of their canonical array, in lowercase hex (`IDN-040`).

    Args:
        arguments: Those that have a position.
        tail: Those that have only a name; they follow as one object, unless there are none.

    Example:
        >>> digest_arguments([1, object()])[:8]
        'ea27d039'
    """
    parts = [*arguments, dict(tail)] if tail else arguments
    return hashlib.sha256(b"[" + b",".join(map(_canonical_or_opaque, parts)) + b"]").hexdigest()


def _canonical_or_opaque(part: object) -> bytes:
    text = _fast.canonical_bytes(part)
    if text is not None:
        return text
    try:
        return canonical(part)
    except ValueEncodingError:
        return _OPAQUE  # not a value, yet a call may have it (`IDN-044`)
