"""Encoded values inside documents: their form is checked here, what they mean is the codec's business.

A document holds an encoded value as a JSON tree, the runtime and the rows of a store hold it as JSON text.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Annotated, Any, Final, TypeGuard

import orjson
from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from taskpoint.models.scalars import MAX_INTEGER, PATTERNS

__all__ = (
    "TAGS",
    "Encoded",
    "EncodedObject",
    "OptionalEncoded",
    "OptionalEncodedObject",
    "OptionalPlainObject",
    "PlainObject",
    "StoredText",
    "is_array",
    "is_object",
    "parse_text",
    "plain_text",
)

_MAX_DEPTH: Final = 128
_PLAIN: Final = frozenset({str, int, bool})
_FLOATS: Final = frozenset({"NaN", "Infinity", "-Infinity", "-0"})


class StoredText:
    """The text of an encoded value as a store keeps it: taken as it is, and read when somebody decodes it."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class _MalformedError(ValueError):
    """What is wrong with an encoded value, and where, from the inside out."""

    def __init__(self, reason: str, *trail: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.trail: list[str | int] = list(trail)


def _check(node: Any, depth: int = 0) -> None:
    """Refuse what is no encoded value (`VAL`): exact JSON types, known tags, and no other key with a single ``$``."""
    if node is None or type(node) in _PLAIN:
        return
    if type(node) is float:
        if not math.isfinite(node):
            raise _MalformedError("is not a finite number")
        return
    if depth == _MAX_DEPTH:
        raise _MalformedError("is nested too deeply")
    if is_array(node):
        for index, item in enumerate(node):
            _check_at(item, depth + 1, index)
    elif is_object(node):
        _check_object(node, depth)
    else:
        raise _MalformedError("is of a type that JSON does not have")


def _check_at(node: Any, depth: int, place: str | int) -> None:
    try:
        _check(node, depth)
    except _MalformedError as error:
        error.trail.append(place)
        raise


def _check_object(node: dict[Any, Any], depth: int) -> None:
    if len(node) == 1:
        (tag,) = node
        if type(tag) is str and tag in TAGS:
            try:
                TAGS[tag](node[tag], depth + 1)
            except _MalformedError as error:
                error.trail.append(tag)
                raise
            return
    for key, item in node.items():
        if type(key) is not str:
            raise _MalformedError("has a key that is not a string")
        if key[:1] == "$" and key[1:2] != "$":
            raise _MalformedError("has a key that starts with a single $ and is no tag")
        _check_at(item, depth + 1, key)


def is_object(node: Any) -> TypeGuard[dict[Any, Any]]:
    """Say whether a node of a tree is an object."""
    return type(node) is dict


def is_array(node: Any) -> TypeGuard[list[Any]]:
    """Say whether a node of a tree is an array."""
    return type(node) is list


def _text(pattern: str) -> Callable[[Any, int], None]:
    match = re.compile(pattern.removeprefix("^").removesuffix("$")).fullmatch

    def check(payload: Any, _: int) -> None:
        if type(payload) is not str or not match(payload):
            raise _MalformedError("is malformed")

    return check


def _check_float(payload: Any, _: int) -> None:
    if type(payload) is not str or payload not in _FLOATS:
        raise _MalformedError("is malformed")


def _check_set(payload: Any, depth: int) -> None:
    if not is_array(payload):
        raise _MalformedError("is not an array")
    _check(payload, depth)
    if len({_frozen(item) for item in payload}) < len(payload):
        raise _MalformedError("holds an item twice")


def _frozen(node: Any) -> object:
    """Return what is equal for equal JSON values: 1 and 1.0 are, 1 and true are not."""
    if isinstance(node, bool):
        return (bool, node)
    if is_array(node):
        return (list, *(_frozen(item) for item in node))
    if is_object(node):
        return frozenset((key, _frozen(item)) for key, item in node.items())
    return node


def _check_map(payload: Any, depth: int) -> None:
    if not is_array(payload):
        raise _MalformedError("is not an array")
    for index, pair in enumerate(payload):
        if not is_array(pair) or len(pair) != 2:
            raise _MalformedError("is not a pair", index)
        _check_at(pair, depth + 1, index)
    if all(type(pair[0]) is str for pair in payload):
        raise _MalformedError("has no key that needs a map")


def _members(payload: Any, required: frozenset[str], optional: frozenset[str] = frozenset()) -> None:
    if not is_object(payload):
        raise _MalformedError("is not an object")
    if not required <= payload.keys() <= required | optional:
        raise _MalformedError("lacks a member or has an unknown one")


def _check_error(payload: Any, depth: int) -> None:
    _members(payload, frozenset({"type", "message"}), frozenset({"data", "path", "retryable"}))
    for member in ("type", "message", "path"):
        if type(payload.get(member, "")) is not str:
            raise _MalformedError("is not a string", member)
    if type(payload.get("retryable", False)) is not bool:
        raise _MalformedError("is not a boolean", "retryable")
    _check_at(payload.get("data"), depth + 1, "data")


def _check_ext(payload: Any, depth: int) -> None:
    _members(payload, frozenset({"name", "v", "data"}))
    name, version = payload["name"], payload["v"]
    if type(name) is not str or not 1 <= len(name) <= 255:
        raise _MalformedError("is not a name", "name")
    whole = type(version) is int or (type(version) is float and version.is_integer())
    if not whole or not 0 <= version <= MAX_INTEGER:
        raise _MalformedError("is not a version", "v")
    _check_at(payload["data"], depth + 1, "data")


TAGS: Final[dict[str, Callable[[Any, int], None]]] = {
    "$int": _text(PATTERNS["int"]),
    "$float": _check_float,
    "$bytes": _text(PATTERNS["bytes"]),
    "$datetime": _text(PATTERNS["datetime"]),
    "$date": _text(PATTERNS["date"]),
    "$time": _text(PATTERNS["clockTime"]),
    "$duration": _text(PATTERNS["duration"]),
    "$decimal": _text(PATTERNS["decimal"]),
    "$uuid": _text(PATTERNS["uuid"]),
    "$set": _check_set,
    "$map": _check_map,
    "$error": _check_error,
    "$ext": _check_ext,
}


def _to_text(tree: Any) -> str:
    """Return a tree's JSON text. `_check` has refused what orjson would write wrongly without a word (NaN)."""
    try:
        return orjson.dumps(tree).decode()
    except TypeError:  # a lone surrogate, or an integer beyond 64 bits that is a double of its own
        try:
            text = json.dumps(tree, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            text.encode()
        except ValueError:
            raise _MalformedError("holds a lone surrogate or a number that is too long") from None
        return text


def _encoded(value: Any) -> str:
    if type(value) is StoredText:
        return value.text
    try:
        _check(value)
        return _to_text(value)
    except _MalformedError as error:
        raise PydanticCustomError("encoded", "{reason}", {"reason": error.reason, "trail": error.trail[::-1]}) from None


def _encoded_object(value: Any) -> str:
    if type(value) is StoredText:
        return value.text
    if not is_object(value) or (len(value) == 1 and not value.keys().isdisjoint(TAGS)):
        raise PydanticCustomError("encoded", "{reason}", {"reason": "is not an object", "trail": []})
    return _encoded(value)


def _check_plain(node: Any, limit: float = math.inf, depth: int = 0) -> None:
    """Refuse what is no JSON; a key that starts with ``$`` is a key here, and integers go up to a limit."""
    if type(node) is int and abs(node) > limit:
        raise _MalformedError("is an integer outside of the safe range")
    if not is_object(node) and not is_array(node):
        _check(node, depth)
        return
    if depth == _MAX_DEPTH:
        raise _MalformedError("is nested too deeply")
    items: list[tuple[Any, Any]] = [*node.items()] if is_object(node) else [*enumerate(node)]
    for place, item in items:
        if is_object(node) and type(place) is not str:
            raise _MalformedError("has a key that is not a string")
        try:
            _check_plain(item, limit, depth + 1)
        except _MalformedError as error:
            error.trail.append(place)
            raise


def plain_text(tree: object, limit: float = MAX_INTEGER) -> str:
    """Return the text of a JSON object in which nothing is encoded, with integers that every language has.

    Raises:
        ValueError: It is none; the text says where, and why.
    """
    reason = "it is no object"
    if is_object(tree):
        try:
            _check_plain(tree, limit)
            return _to_text(tree)
        except _MalformedError as error:
            place = "".join(f"/{step}" for step in error.trail[::-1])
            reason = f"what stands at {place!r} {error.reason}"
    raise ValueError(reason)


def _plain_object(value: Any) -> str:
    try:
        return plain_text(value, math.inf)
    except ValueError as error:
        raise PydanticCustomError("encoded", "{reason}", {"reason": str(error), "trail": []}) from None


def parse_text(text: str) -> Any:
    """Return the tree of an encoded value's text; unlike the standard library's, this parser refuses NaN.

    Raises:
        ValueError: The text is not JSON.
    """
    return orjson.loads(text)


Encoded = Annotated[str, PlainValidator(_encoded)]
EncodedObject = Annotated[str, PlainValidator(_encoded_object)]
OptionalEncoded = Annotated[str | None, PlainValidator(_encoded)]
"""Absent is None, the encoded null is the text ``null``: so this is not `Encoded | None`."""
OptionalEncodedObject = Annotated[str | None, PlainValidator(_encoded_object)]
PlainObject = Annotated[str, PlainValidator(_plain_object)]
"""An object of plain JSON, such as a schema."""
OptionalPlainObject = Annotated[str | None, PlainValidator(_plain_object)]
