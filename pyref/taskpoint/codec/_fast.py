"""The fast paths: orjson does the work, and a few checks prove that it did what the exact walks would have done.

Whatever they cannot prove is answered with None, and takes the walk: these functions never refuse anything.

Why `plain_bytes` is right: `_doubles` has seen each type in the value, exactly, so nothing is in it but None, bool,
int, float, str, list, tuple and dict, and not too deep. (orjson alone would take an IntEnum for its value.)
orjson fails on keys that are not strings, on lone surrogates and on unsafe integers. What it then still writes
otherwise than the walk is looked for in its text: NaN and infinities (``null``), negative zero, and keys that begin
with ``$``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain, compress
from typing import Any, Final

import orjson

from taskpoint.codec._json import canonical_json, ecmascript_number
from taskpoint.codec._model import MAX_DEPTH, Tree, type_of

__all__ = ("canonical_bytes", "faithful", "plain_bytes", "plain_tree", "read", "write")

_EXACT: Final = (
    orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_STRICT_INTEGER
)
_SORTED: Final = _EXACT | orjson.OPT_SORT_KEYS
# A string that begins with `$`, unless it surely ends without a colon behind it. Each attempt is bounded.
_DOLLAR_KEY: Final = re.compile(rb'"\$[^"\\]{0,64}+(?!"(?!:))')
_NEGATIVE_ZERO: Final = re.compile(rb"-0\.0(?![0-9])")
# What is in the text of every double that orjson may lay out otherwise than ECMAScript: `1.0`, `1e+16`.
_UNLIKE_ECMASCRIPT: Final = re.compile(rb"[0-9](?:e[+0-9-]|\.0(?![0-9]))")
_ASTRAL: Final = re.compile(rb"[\xf0-\xf4]")
_ABOVE_SURROGATES: Final = re.compile(rb"[\xee\xef]")
_SETTLED: Final = frozenset({str, int, bool, type(None)})
_FEW: Final = 64
"""So few items are looked at one by one; they cannot be nested too deep."""
_MUCH: Final = 10_000
"""Where so many items are on a level, each container is looked at once, so that what holds itself ends."""
_OBJECTS: Final = frozenset({dict})
_VALUES: Final = vars(dict)["values"]
"""What a dict holds, without a call of Python's own for each."""
_ARRAYS: Final = frozenset({list, tuple})
_CONTAINERS: Final = _OBJECTS | _ARRAYS
_LEAVES: Final = frozenset({str, int, float, bool, type(None)})
_PLAIN: Final = _CONTAINERS | _LEAVES


def _doubles(value: Any) -> bool | None:
    """Whether a value holds doubles; None where it is not of the types of JSON, exactly, or is nested too deep.

    Keys are not looked at.
    """
    items: list[Any] = [value]
    doubles = False
    for item in items:  # which grows
        kind = type_of(item)
        if kind is dict:
            items += item.values()
        elif kind in _ARRAYS:
            items += item
        elif kind is float:
            doubles = True
        elif kind not in _SETTLED:
            return None
        if len(items) > _FEW:
            return _doubles_in_many(value)
    return doubles


def _doubles_in_many(value: Any) -> bool | None:
    """Whether a large value does: level by level, in C. Cycles end, as a level where they make much shrinks again."""
    items: list[Any] = [value]
    doubles = False
    for _ in range(MAX_DEPTH + 1):
        kinds = list(map(type, items))
        found = set(kinds)
        if not found <= _PLAIN:
            return None
        doubles = doubles or float in found
        if found.isdisjoint(_CONTAINERS):
            return doubles
        objects: Iterable[dict[str, Any]] = _chosen(items, kinds, _OBJECTS)
        arrays: Iterable[list[Any]] = _chosen(items, kinds, _ARRAYS)
        items = [*chain.from_iterable(map(_VALUES, objects)), *chain.from_iterable(arrays)]
    return None


def _chosen(items: list[Any], kinds: list[type], wanted: frozenset[type]) -> Iterable[Any]:
    """The items of the kinds wanted; each once, where there is much in them."""
    chosen = list(compress(items, map(wanted.__contains__, kinds)))
    if sum(map(len, chosen)) < _MUCH:
        return chosen
    return dict(zip(map(id, chosen), chosen, strict=True)).values()


def faithful(value: Any, option: int = _EXACT) -> tuple[bytes, bool] | None:
    """What orjson writes of a value, where that is its encoding but for non-finite doubles, written as null.

    With it comes whether the value holds doubles at all.
    """
    # First of all: orjson does not count tuples, and writes beyond its buffer when very many enclose one another.
    doubles = _doubles(value)
    if doubles is None:
        return None
    try:
        text = orjson.dumps(value, option=option)
    except TypeError:
        return None
    if _has_dollar_key(text) or (doubles and _has_negative_zero(text)):
        return None
    return text, doubles


def _has_dollar_key(text: bytes) -> bool:
    return b"$" in text and b'"$' in text and _DOLLAR_KEY.search(text) is not None


def _has_negative_zero(text: bytes) -> bool:
    return b"-0.0" in text and _NEGATIVE_ZERO.search(text) is not None


def _proved(value: object, option: int) -> tuple[bytes, bool] | None:
    found = faithful(value, option)
    if found is not None and found[1] and b"null" in found[0] and orjson.loads(found[0]) != value:
        return None
    return found


def plain_bytes(value: object) -> bytes | None:
    """The encoding of a value, where orjson is proved to write it."""
    found = _proved(value, _EXACT)
    return None if found is None else found[0]


def canonical_bytes(value: object) -> bytes | None:
    """The canonical bytes of a value whose encoding is plain."""
    if type_of(value) in _SETTLED:
        return _scalar(value)
    found = _proved(value, _SORTED)
    if found is None:
        return None
    text, doubles = found
    # orjson sorts keys by code point, RFC 8785 by UTF-16 unit: they differ between U+E000-FFFF and what is beyond.
    if not text.isascii() and _ASTRAL.search(text) and _ABOVE_SURROGATES.search(text):
        return canonical_json(value).encode()
    if doubles and _UNLIKE_ECMASCRIPT.search(text):
        return orjson.dumps(_as_ecmascript(value), option=_SORTED)
    return text


def _scalar(value: object) -> bytes | None:
    """The canonical bytes of what has no members and is no double."""
    try:
        return orjson.dumps(value, option=_EXACT)
    except TypeError:  # an unsafe integer, or a lone surrogate
        return None


def _as_ecmascript(value: Any) -> object:
    """The same value with its doubles in such a form that orjson writes them as ECMAScript does."""
    kind = type_of(value)
    if kind is dict:
        return {key: item if type(item) in _SETTLED else _as_ecmascript(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [item if type(item) in _SETTLED else _as_ecmascript(item) for item in value]
    return orjson.Fragment(ecmascript_number(value)) if kind is float else value


def plain_tree(text: bytes) -> tuple[Tree, bool] | None:
    """The JSON tree of a text and whether it may hold tags, where orjson is proved to read it exactly.

    It is, where orjson writes the very same text again: then no key came twice, no number was rounded or unsafe.
    """
    try:
        tree = orjson.loads(text)
        if len(text) > 2 * MAX_DEPTH and _doubles(tree) is None:
            return None
        again = orjson.dumps(tree, option=orjson.OPT_STRICT_INTEGER)
    except (TypeError, ValueError):
        return None
    return None if again != text or _has_negative_zero(text) else (tree, _has_dollar_key(text))


def write(tree: Tree) -> bytes:
    """A JSON tree as text."""
    return orjson.dumps(tree)


read: Final = orjson.loads
"""Returns the JSON tree of a text that `faithful` wrote."""
