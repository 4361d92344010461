"""JSON text: the strict reader and the canonical writer (RFC 8785), for what orjson does not do exactly."""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import Any, Final

from taskpoint.codec._model import MAX_DEPTH, Refusal, Tree, type_of

__all__ = ("Fault", "canonical_json", "ecmascript_number", "is_text", "read_json")

_SHORTEST_EXPONENT: Final = 21
_CONSTANTS: Final = {None: "null", True: "true", False: "false"}


class Fault:
    """A node that the reader refuses, left in the tree so that the walk finds its path."""

    __slots__ = ("code", "what")

    def __init__(self, code: str, what: str) -> None:
        self.code = code
        self.what = what


def _number(text: str) -> float | Fault:
    value = float(text)
    if value - value != 0:  # it rounds to infinity
        return Fault("value.out_of_range", "a number is too large for a double")
    return value or 0.0  # a bare -0 is zero (`VAL-012`)


def _integer(text: str) -> int | Fault:
    if len(text) < 18 and abs(value := int(text)) < 2**53:
        return value
    return Fault("value.out_of_range", "an integer is outside the safe range and not tagged")


def _constant(_: str) -> Fault:
    return Fault("value.invalid_json", "NaN and Infinity are not JSON")


def _object(pairs: list[tuple[str, Tree]]) -> dict[str, Tree] | Fault:
    members = dict(pairs)
    return members if len(members) == len(pairs) else Fault("value.duplicate_key", "an object has the same key twice")


_READER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_number, parse_int=_integer, parse_constant=_constant, strict=True
)


def is_text(text: str) -> bool:
    """Whether a string has Unicode scalar values only."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_json(text: str | bytes) -> Tree:
    """The JSON tree of a text, by RFC 8259 to the letter; what is refused in it is a `Fault` node."""
    try:
        return _READER.decode(text if isinstance(text, str) else text.decode())
    except RecursionError:
        opened = text.count("[") + text.count("{") if isinstance(text, str) else text.count(b"[") + text.count(b"{")
        if opened <= MAX_DEPTH:  # the caller's own stack is nearly full: nothing is wrong with the text
            raise
        refusal = Refusal("value.too_deep", f"a text nests deeper than {MAX_DEPTH} levels")
    except ValueError:  # bad UTF-8 is one, too
        refusal = Refusal("value.invalid_json", "a text is not JSON in UTF-8")
    raise refusal  # outside of the handler: the error handled there holds the text


def ecmascript_number(value: float) -> str:
    """A double as ECMAScript writes it: Python finds the same shortest digits, but lays them out differently."""
    text = repr(value)
    if "e" not in text:
        return text.removesuffix(".0")
    mantissa, _, power = text.partition("e")
    exponent = int(power)
    if 0 < exponent < _SHORTEST_EXPONENT:
        whole, _, fraction = mantissa.partition(".")
        return whole + fraction.ljust(exponent, "0")
    if -7 < exponent < 0:
        sign, digits = ("-", mantissa[1:]) if mantissa[0] == "-" else ("", mantissa)
        return f"{sign}0.{'0' * (-exponent - 1)}{digits.replace('.', '')}"
    return f"{mantissa}e{exponent:+d}"


def _utf16(member: tuple[str, Tree]) -> bytes:
    return member[0].encode("utf-16-be")


def canonical_json(tree: Any) -> str:
    """A JSON tree as RFC 8785 writes it; a tuple is a list."""
    kind = type_of(tree)
    if kind is str:
        return encode_basestring(tree)
    if kind is list or kind is tuple:
        return "[" + ",".join(map(canonical_json, tree)) + "]"
    if kind is dict:
        members = sorted(tree.items(), key=_utf16)
        return "{" + ",".join(f"{encode_basestring(key)}:{canonical_json(value)}" for key, value in members) + "}"
    if kind is float:
        return ecmascript_number(tree)
    return str(tree) if kind is int else _CONSTANTS[tree]
