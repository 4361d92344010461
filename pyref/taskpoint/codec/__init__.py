"""Values and their encoding: the only place of the runtime that touches a JSON library.

A value goes out as JSON text, with everything that JSON lacks in one-key objects such as ``{"$bytes": "AA=="}``, and
comes back as the same value in any language. `spec/1.0/02-values.md` is the rule.

Plain data takes a fast path: orjson writes it, and a few checks prove that it wrote exactly what the walk of `_walk`
would have written. Whatever they cannot prove takes the walk.
"""

from __future__ import annotations

import hashlib
import marshal
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from . import _walk
from ._json import canonical_json, read_json
from ._model import MAX_DEPTH, Carried, ErrorValue, Ext, Refusal, Tree

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
    "to_tree",
)

_EXACT: Final = (
    orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_STRICT_INTEGER
)
_SORTED: Final = _EXACT | orjson.OPT_SORT_KEYS
_ESCAPED_KEY: Final = re.compile(rb'"\$(?:[^"\\]|\\.)*":')
_NEGATIVE_ZERO: Final = re.compile(rb"-0\.0(?![0-9])")
_FLOAT: Final = re.compile(rb"[0-9](?:\.[0-9]|e[+-]?[0-9])")


def encode(value: object) -> str:
    """The encoding of a value, as JSON text.

    Raises:
        ValueEncodingError: The value has no encoding; the error says where in it.

    Example:
        >>> encode({"id": 7, "raw": b"ok", "$ref": None})
        '{"id":7,"raw":{"$bytes":"b2s="},"$$ref":null}'
    """
    text = _plain(value, _EXACT)
    if text is not None:
        return text.decode()
    try:
        return orjson.dumps(_walk.to_tree(value)).decode()
    except Refusal as refusal:
        raise refusal.error() from None


def decode(text: str | bytes) -> Any:
    """The value of an encoding.

    Raises:
        ValueEncodingError: The text is not the encoding of any value; the error says where in it.

    Example:
        >>> decode('{"raw": {"$bytes": "b2s="}, "$$ref": null}')
        {'raw': b'ok', '$ref': None}
    """
    try:
        return _walk.from_tree(_strict(text))
    except Refusal as refusal:
        raise refusal.error() from None


def _strict(text: str | bytes) -> Tree:
    if isinstance(text, bytes):
        try:
            text = text.decode()
        except UnicodeDecodeError:
            raise Refusal("value.invalid_json", "the text is not UTF-8") from None
    return read_json(text)


def encode_and_decode(value: object) -> tuple[str, Any]:
    """The encoding of a value and the value that comes back from it, which is what its caller must see (`RPL`)."""
    text = encode(value)
    return text, decode(text)


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
    return canonical_json(to_tree(value)).encode()


def canonical_text(text: str | bytes) -> bytes:
    """The canonical bytes of an encoding."""
    return canonical(decode(text))


def digest_arguments(arguments: Sequence[object], tail: Mapping[str, object] | None = None) -> str:
    """The digest of a call's arguments: SHA-256 of their canonical array, in lowercase hex (`IDN`).

    Args:
        arguments: Those that have a position.
        tail: Those that have only a name; appended as one object unless there are none.
    """
    parts = [*arguments, dict(tail)] if tail else list(arguments)
    trees: list[Tree] = []
    for part in parts:
        try:
            trees.append(_walk.to_tree(part))
        except Refusal:
            trees.append({"$opaque": True})  # not a value, yet a call may have it (`VAL-095`)
    return hashlib.sha256(canonical_json(trees).encode()).hexdigest()


def _plain(value: object, option: int) -> bytes | None:
    return None
