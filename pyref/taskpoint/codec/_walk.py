"""The exact walks between values and JSON trees: the rules of `spec/1.0/02-values.md`, one function each.

`room` is how many arrays and objects may still be opened at a place (`VAL-040`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from taskpoint.codec import _scalars
from taskpoint.codec._extensions import extension_of, value_of
from taskpoint.codec._json import Fault, canonical_json, is_text, read_json
from taskpoint.codec._model import MAX_DEPTH, MAX_SAFE, Carried, ErrorValue, Ext, Refusal, Tree, type_of

__all__ = ("from_tree", "has_encoding", "step", "to_tree")

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_QUOTED_KEY = re.compile(r"[A-Za-z0-9_.:/ -]{1,64}")
_MAX_NAME = 255

# Types are known exactly: an instance of a subclass would come back as its base class.
_WRITERS: dict[type, tuple[str, Callable[[Any], str]]] = {
    bytes: ("$bytes", _scalars.write_bytes),
    datetime: ("$datetime", _scalars.write_datetime),
    date: ("$date", _scalars.write_date),
    time: ("$time", _scalars.write_time),
    timedelta: ("$duration", _scalars.write_duration),
    Decimal: ("$decimal", _scalars.write_decimal),
    UUID: ("$uuid", _scalars.write_uuid),
}
_WRITTEN: frozenset[type] = frozenset(
    {str, int, float, bool, type(None), dict, list, tuple, set, frozenset, Carried, Ext, ErrorValue}
)
# How a tagged text becomes normal, and how a normal text becomes a value (None: only `Carried` holds it).
_READERS: dict[str, tuple[Callable[[str], str], Callable[[str], object]]] = {
    "$int": (_scalars.normal_int, _scalars.read_int),
    "$float": (_scalars.normal_float, _scalars.read_float),
    "$bytes": (_scalars.normal_bytes, _scalars.read_bytes),
    "$datetime": (_scalars.normal_datetime, _scalars.read_datetime),
    "$date": (_scalars.normal_date, _scalars.read_date),
    "$time": (_scalars.normal_time, _scalars.read_time),
    "$duration": (_scalars.normal_duration, _scalars.read_duration),
    "$decimal": (_scalars.normal_decimal, _scalars.read_decimal),
    "$uuid": (_scalars.normal_uuid, _scalars.read_uuid),
}


def step(key: object) -> str:
    """A key as a step of a path: names are shown, what could be content is not (`VAL-061`)."""
    if type(key) is str and _PLAIN_KEY.fullmatch(key):
        return f".{key}"
    return f'["{key}"]' if type(key) is str and _QUOTED_KEY.fullmatch(key) else "[?]"


def _inside(room: int, levels: int = 1) -> int:
    """What is left of the depth inside so many more arrays and objects."""
    if room < levels:
        hint = "flatten it; a value that contains itself has no end"
        raise Refusal("value.too_deep", f"a value nests deeper than {MAX_DEPTH} levels", hint)
    return room - levels


def _text(text: str) -> str:
    """A string of Unicode scalar values (`VAL-020`)."""
    if not text.isascii() and not is_text(text):
        hint = "decode the bytes it came from properly, or keep them as bytes"
        raise Refusal("value.lone_surrogate", "a string has a lone surrogate", hint)
    return text


def _each(walk: Callable[[Any, int], Any], values: Iterable[object], room: int) -> list[Any]:
    results: list[Any] = []
    try:
        for value in values:
            results.append(walk(value, room))  # noqa: PERF401 - its length is the step of a refusal
    except Refusal as refusal:
        refusal.steps.append(f"[{len(results)}]")
        raise
    return results


def _at(step: str, walk: Callable[[Any, int], Any], value: object, room: int) -> Any:
    try:
        return walk(value, room)
    except Refusal as refusal:
        refusal.steps.append(step)
        raise


def has_encoding(kind: type) -> bool:
    """Whether the instances of a type are written as they are; a few of them may be refused all the same."""
    return kind in _WRITTEN or kind in _WRITERS


# --- values to trees ---------------------------------------------------------------------------------------------


def to_tree(value: Any, room: int = MAX_DEPTH) -> Tree:
    """The JSON tree of a value, sharing nothing mutable with it."""
    kind = type_of(value)
    if kind is str:
        return _text(value)
    if value is None or kind is bool:
        return value
    if kind is int:
        return value if -MAX_SAFE <= value <= MAX_SAFE else _tagged("$int", _scalars.write_int(value), room)
    if kind is float:
        plain = math.isfinite(value) and (value != 0 or math.copysign(1, value) > 0)
        return value if plain else _tagged("$float", _scalars.write_float(value), room)
    if kind is dict:
        return _object_tree(value, room) if all(type(key) is str for key in value) else _map_tree(value, room)
    if kind is list or kind is tuple:
        return _each(to_tree, value, _inside(room))
    return _special_tree(value, kind, room)


def _tagged(tag: str, content: Tree, room: int) -> Tree:
    _inside(room)
    return {tag: content}


def _special_tree(value: Any, kind: type, room: int) -> Tree:
    if kind in _WRITERS:
        tag, write = _WRITERS[kind]
        return _tagged(tag, write(value), room)
    if kind is set or kind is frozenset:
        return {"$set": _in_order(_each(to_tree, value, _inside(room, 2)))}
    if kind is Carried:
        return _carried_tree(value, room)
    if kind is Ext:
        members = {"name": value.name, "v": value.v, "data": _at(".data", to_tree, value.data, _inside(room, 2))}
        return _checked("$ext", members)
    if kind is ErrorValue:
        members = {"type": value.type, "message": value.message, "path": value.path, "retryable": value.retryable}
        members["data"] = _at(".data", to_tree, value.data, _inside(room, 2))
        return _checked("$error", {name: member for name, member in members.items() if member is not None})
    registered = extension_of(value)
    if registered is not None:
        return _special_tree(registered, Ext, room)
    name = f"{kind.__module__}.{kind.__qualname__}"
    raise Refusal("value.not_encodable", f"a value of type {name} has no encoding")


def _object_tree(value: dict[str, object], room: int) -> Tree:
    room = _inside(room)
    members: dict[str, Tree] = {}
    for key, item in value.items():
        try:
            # A user's own `$` is doubled, so that no data can forge a tag (`VAL-030`).
            members["$" + _text(key) if key[:1] == "$" else _text(key)] = to_tree(item, room)
        except Refusal as refusal:
            refusal.steps.append(step(key))
            raise
    return members


def _map_tree(value: dict[object, object], room: int) -> Tree:
    room = _inside(room, 3)
    pairs: list[Tree] = []
    for key, item in value.items():
        pairs.append([_at(step(key), to_tree, part, room) for part in (key, item)])
    return {"$map": _in_order(pairs, keyed=True)}


def _carried_tree(value: Carried, room: int) -> Tree:
    """What is carried goes out as it came in; that it came in, and was not made up, is checked."""
    try:
        tree = _normal({value.tag: read_json(value.text)}, room)
    except Refusal as refusal:
        if refusal.code == "value.too_deep":
            raise
        tree = None
    if type(value.tag) is not str or tree is None or canonical_json(tree) != f'{{"{value.tag}":{value.text}}}':
        raise Refusal("value.not_encodable", "a Carried holds what no decoder would carry")
    return tree


def _checked(tag: str, members: dict[str, Tree]) -> Tree:
    if not _MEMBERS[tag](members):
        raise Refusal("value.not_encodable", f"the attributes of a {tag[1:]} value have wrong types")
    for member in members.values():
        if type(member) is str:
            _text(member)
    return {tag: members}


def _in_order(trees: list[Any], *, keyed: bool = False, code: str = "value.not_encodable") -> list[Tree]:
    """In the order of their canonical bytes, which no process decides (`VAL-076`); twins are refused."""
    texts = [canonical_json(tree[0] if keyed else tree).encode() for tree in trees]
    if len(set(texts)) != len(texts):
        raise Refusal(code, "a set or a map has two members of one encoding")
    return [trees[place] for place in sorted(range(len(trees)), key=texts.__getitem__)]


# --- trees to values: first the one normal tree of all that mean the same, then its value --------------------------


def from_tree(tree: Any) -> Any:
    """The value of a JSON tree; runs no code that the tree could choose (`VAL-035`)."""
    return _value(_normal(tree, MAX_DEPTH))


def _normal(tree: Any, room: int) -> Tree:
    kind = type_of(tree)
    if kind is str:
        return _text(tree)
    if tree is None or kind is bool:
        return tree
    if kind is int:
        if not -MAX_SAFE <= tree <= MAX_SAFE:
            raise Refusal("value.out_of_range", "an integer is outside the safe range and not tagged")
        return tree
    if kind is float:
        if not math.isfinite(tree):
            raise Refusal("value.out_of_range", "a number is not finite")
        return tree or 0.0  # a bare -0 is zero (`VAL-012`)
    if kind is list:
        return _each(_normal, tree, _inside(room))
    if kind is dict:
        return _normal_object(tree, room)
    if kind is Fault:
        raise Refusal(tree.code, tree.what)
    raise Refusal("value.invalid_json", f"a tree holds a {kind.__name__}, which JSON has not")


def _normal_object(tree: dict[Any, Any], room: int) -> Tree:
    for key in tree:
        if type(key) is not str:
            raise Refusal("value.invalid_json", "a key of an object is not a string")
        if _is_tag(key):
            return {key: _normal_content(tree, key, room)}
    room = _inside(room)
    members: dict[str, Tree] = {}
    for key, item in tree.items():
        try:
            members[_text(key)] = _normal(item, room)
        except Refusal as refusal:
            refusal.steps.append(step(key))
            raise
    return members


def _is_tag(key: str) -> bool:
    return key[:1] == "$" and key[1:2] != "$"


def _malformed(tag: str) -> Refusal:
    return Refusal("value.malformed_tag", f"what stands under the tag {tag} is malformed")


def _normal_content(tree: dict[str, Any], tag: str, room: int) -> Tree:
    compound = _COMPOUND.get(tag)
    if compound is None and tag not in _READERS:
        hint = "it was written by a newer version, or a key of user data was not escaped by doubling its $"
        raise Refusal("value.unknown_tag", "an object has a key with a single $ that is not a known tag", hint)
    content = tree[tag]
    if type(content) is Fault:
        raise Refusal(content.code, content.what)
    text = None
    if len(tree) == 1:
        if compound is not None:
            return compound(content, _inside(room, 2))
        _inside(room)
        try:
            text = _READERS[tag][0](content) if type(content) is str else None
        except ValueError:
            text = None
    if text is None:  # outside of the handler: the error handled there may hold the content
        raise _malformed(tag)
    return text


def _normal_set(content: Any, room: int) -> Tree:
    if not _is_list(content):
        raise _malformed("$set")
    return _in_order(_each(_normal, content, room), code="value.malformed_tag")


def _normal_map(content: Any, room: int) -> Tree:
    room = _inside(room)
    if not _is_list(content) or not all(_is_list(pair) and len(pair) == 2 for pair in content):
        raise _malformed("$map")
    if all(type(pair[0]) is str for pair in content):
        raise _malformed("$map")  # an object says the same (`VAL-077`)
    pairs = [_at(f"[{place}]", _normal_pair, pair, room) for place, pair in enumerate(content)]
    return _in_order(pairs, keyed=True, code="value.malformed_tag")


def _normal_pair(pair: list[Any], room: int) -> list[Tree]:
    return _each(_normal, pair, room)


def _normal_error(content: Any, room: int) -> Tree:
    if not _is_error(content):
        raise _malformed("$error")
    members = {name: _at(f".{name}", _normal, member, room) for name, member in content.items()}
    return {name: member for name, member in members.items() if member is not None}


def _normal_ext(content: Any, room: int) -> Tree:
    if not _is_ext(content):
        raise _malformed("$ext")
    return {
        "name": _text(content["name"]),
        "v": int(content["v"]),
        "data": _at(".data", _normal, content["data"], room),
    }


def _value(tree: Any) -> Any:
    kind = type_of(tree)
    if kind is list:
        return [_value(item) for item in tree]
    if kind is not dict:
        return tree
    for tag, content in tree.items():
        if _is_tag(tag):
            value = _tag_value(tag, content)
            return Carried(tag, canonical_json(content)) if value is None else value
    return {key[1:] if key[:1] == "$" else key: _value(item) for key, item in tree.items()}


def _tag_value(tag: str, content: Any) -> Any:
    """The value of a tag, or None where Python cannot hold it exactly."""
    if tag in _READERS:
        return _READERS[tag][1](content)
    if tag == "$ext":
        return value_of(Ext(content["name"], content["v"], _value(content["data"])))
    if tag == "$error":
        return ErrorValue(**{**content, "data": _value(content.get("data"))})
    try:
        if tag == "$set":
            members: Any = {_hashable(_value(item)) for item in content}
        else:
            members = {_hashable(_value(key)): _value(item) for key, item in content}
    except TypeError:  # no set of Python's holds a dict
        return None
    return members if len(members) == len(content) else None  # nor both 1 and true


def _hashable(value: Any) -> Any:
    kind = type_of(value)
    if kind is list:
        return tuple(map(_hashable, value))
    return frozenset(value) if kind is set else value


def _is_list(content: Any) -> bool:
    return type(content) is list


def _has_members(content: Any, required: set[str], optional: set[str]) -> bool:
    return type(content) is dict and required <= content.keys() <= required | optional


def _is_error(content: Any) -> bool:
    return (
        _has_members(content, {"type", "message"}, {"data", "path", "retryable"})
        and all(type(content.get(name, "")) is str for name in ("type", "message", "path"))
        and type(content.get("retryable", False)) is bool
    )


def _is_ext(content: Any) -> bool:
    if not _has_members(content, {"name", "v", "data"}, set()):
        return False
    name, version = content["name"], content["v"]
    return (
        type(name) is str
        and 1 <= len(name) <= _MAX_NAME
        and type(version) in (int, float)
        and 0 <= version <= MAX_SAFE
        and version == int(version)
    )


_MEMBERS: dict[str, Callable[[Any], bool]] = {"$error": _is_error, "$ext": _is_ext}
_COMPOUND: dict[str, Callable[[Any, int], Tree]] = {
    "$set": _normal_set,
    "$map": _normal_map,
    "$error": _normal_error,
    "$ext": _normal_ext,
}
