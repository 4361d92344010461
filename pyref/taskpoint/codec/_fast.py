"""The fast paths: orjson does the work, and a few checks prove that it did what the exact walks would have done.

Whatever they cannot prove is answered with None, and takes the walk: these functions never refuse anything.

Why the proof of `plain_bytes` holds. `marshal` writes None, bool, int, float, complex, str, bytes, tuple, list, dict,
sets, code, Ellipsis and buffers, by exact type, and fails on everything else; orjson, told to pass subclasses, dates
and dataclasses through and given nobody to pass them to, fails on those of them that are not plain JSON, on lone
surrogates, on keys that are not strings and on unsafe integers. What both accept is None, bool, safe int, float, str,
tuple, list and dict by str, exactly. (orjson alone would take an IntEnum for its value.) What orjson then still writes
otherwise than the walk is looked for in its text: NaN and infinities (``null``), negative zero and keys that begin
with ``$``. The depth is looked at first.
"""

from __future__ import annotations

import marshal
import re
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
_CONTAINERS: Final = frozenset({list, tuple, dict})


def _is_shallow(value: Any, most: int) -> bool:
    """Whether at most `MAX_DEPTH` containers enclose one another, as far as can be told from `most` of them a level.

    The bound ends the search in what contains itself, or holds one part very many times over.
    """
    level: list[Any] = [value] if type(value) in _CONTAINERS else []
    for _ in range(MAX_DEPTH):
        if not level or len(level) > most:
            break
        level = [
            item
            for container in level
            for item in (container.values() if type_of(container) is dict else container)
            if type(item) in _CONTAINERS
        ]
    return not level


def faithful(value: Any, option: int = _EXACT) -> bytes | None:
    """What orjson writes of a value, where that is its encoding but for non-finite floats, written as null."""
    try:
        # Two bytes are the least that a container takes. orjson must not see a deep one first: it counts no tuples,
        # and writes beyond its buffer when there are very many.
        size = len(marshal.dumps(value))
        if size > 2 * MAX_DEPTH and not _is_shallow(value, size):
            return None
        text = orjson.dumps(value, option=option)
    except (TypeError, ValueError):
        return None
    return None if _has_dollar_key(text) or _has_negative_zero(text) else text


def _has_dollar_key(text: bytes) -> bool:
    return b"$" in text and b'"$' in text and _DOLLAR_KEY.search(text) is not None


def _has_negative_zero(text: bytes) -> bool:
    return b"-0.0" in text and _NEGATIVE_ZERO.search(text) is not None


def plain_bytes(value: object, option: int = _EXACT) -> bytes | None:
    """The encoding of a value, where orjson is proved to write it."""
    text = faithful(value, option)
    return None if text is None or (b"null" in text and orjson.loads(text) != value) else text


def canonical_bytes(value: object) -> bytes | None:
    """The canonical bytes of a value whose encoding is plain."""
    text = plain_bytes(value, _SORTED)
    if text is None:
        return None
    # orjson sorts keys by code point, RFC 8785 by UTF-16 unit: they differ between U+E000-FFFF and what is beyond.
    if not text.isascii() and _ASTRAL.search(text) and _ABOVE_SURROGATES.search(text):
        return canonical_json(value).encode()
    if _UNLIKE_ECMASCRIPT.search(text):
        return orjson.dumps(_as_ecmascript(value), option=_SORTED)
    return text


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
        if len(text) > 2 * MAX_DEPTH and not _is_shallow(tree, len(text)):
            return None
        again = orjson.dumps(tree, option=orjson.OPT_STRICT_INTEGER)
    except (TypeError, ValueError):
        return None
    return None if again != text or _has_negative_zero(text) else (tree, _has_dollar_key(text))


def write(tree: Tree) -> bytes:
    """A JSON tree as text."""
    return orjson.dumps(tree)


def read(text: bytes) -> Any:
    """The JSON tree of a text that `faithful` wrote."""
    return orjson.loads(text)
