"""Canonical JSON (RFC 8785) of encoded values, and when two of them are the same.

The judge repeats this much of chapter 2, since it must not borrow it from the judged.
"""

from __future__ import annotations

import json
from typing import Any, Final

from taskpoint_conformance.shapes import is_array, is_object

__all__ = ("canonical", "effect_key", "same", "unreadable")

_SAFE: Final = 2**53 - 1


def canonical(value: Any) -> str:
    """Return the canonical JSON text of a JSON tree.

    Example:
        >>> canonical({"b": 1.0, "a": [1e21, 0.000001, True, None]})
        '{"a":[1e+21,0.000001,true,null],"b":1}'
    """
    match value:
        case None | bool() | int() | str():
            return json.dumps(value, ensure_ascii=False)
        case float():
            return _number(value)
        case _ if is_array(value):
            return f"[{','.join(map(canonical, value))}]"
        case _ if is_object(value):
            members = sorted(value.items(), key=lambda item: item[0].encode("utf-16-be", "surrogatepass"))
            return (
                f"{{{','.join(f'{json.dumps(key, ensure_ascii=False)}:{canonical(each)}' for key, each in members)}}}"
            )
        case _:
            raise TypeError(f"{type(value).__name__} is no JSON")


def _number(value: float) -> str:
    """Write a double as ECMAScript does: `repr` has the right digits, and other rules for the exponent."""
    if value == 0:
        return "0"
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    sign = "-" if value < 0 else ""
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if count > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def same(left: Any, right: Any) -> bool:
    """Return whether two encoded values are one value: `1` and `1.0` are, `1` and `true` are not.

    Example:
        >>> same([1, {"a": 2}], [1.0, {"a": 2.0}]), same(1, True)
        (True, False)
    """
    match left:
        case bool() | None:
            return left is right
        case int() | float():
            return isinstance(right, int | float) and not isinstance(right, bool) and left == right
        case _ if is_array(left):
            return is_array(right) and len(left) == len(right) and all(map(same, left, right))
        case _ if is_object(left):
            return is_object(right) and left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
        case _:
            return type(left) is type(right) and bool(left == right)


def effect_key(name: str, arguments: list[Any]) -> str:
    """Return how fixtures name the execution of an effect.

    Example:
        >>> effect_key("fetch", [1.0, "a"])
        'fetch(1, "a")'
    """
    return f"{name}({', '.join(map(canonical, arguments))})"


def unreadable(tree: Any, place: str = "$") -> str | None:
    """Return the place of a number that is refused when it is decoded (VAL-007, VAL-011), or None.

    Example:
        >>> unreadable({"value": [1e17, 10**17]})
        '$.value[1]'
        >>> unreadable([1e17, 2**53 - 1, True]) is None
        True
    """
    if is_object(tree):
        return next((found for key, each in tree.items() if (found := unreadable(each, f"{place}.{key}"))), None)
    if is_array(tree):
        return next((found for i, each in enumerate(tree) if (found := unreadable(each, f"{place}[{i}]"))), None)
    return place if isinstance(tree, int) and abs(tree) > _SAFE else None
