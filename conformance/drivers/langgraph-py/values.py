"""Values in the encoding of the messages (chapter 2), as far as programs of the claimed profiles have them."""

from __future__ import annotations

import base64
import math
from typing import Any

__all__ = ("from_tree", "to_tree")

_SAFE = 2**53 - 1


def from_tree(tree: Any) -> Any:
    """Return the value that a tree stands for."""
    if isinstance(tree, list):
        return [from_tree(each) for each in tree]
    if not isinstance(tree, dict):
        return tree
    if len(tree) == 1:
        ((tag, body),) = tree.items()
        match tag:
            case "$int":
                return int(body)
            case "$float":
                return float(body.replace("Infinity", "inf"))
            case "$bytes":
                return base64.b64decode(body)
    return {key[1:] if key.startswith("$$") else key: from_tree(each) for key, each in tree.items()}


def to_tree(value: Any) -> Any:
    """Return the tree of a value; what has no encoding is shown by its type, so that no expectation meets it."""
    match value:
        case str() if any("\ud800" <= character <= "\udfff" for character in value):
            return {"$$not_a_value": "a text with half a pair"}
        case None | bool() | str():
            return value
        case int():
            return value if -_SAFE <= value <= _SAFE else {"$int": str(value)}
        case float():
            if math.isfinite(value) and not (value == 0 and math.copysign(1, value) < 0):
                return value
            return {"$float": str(value).replace("inf", "Infinity").replace("nan", "NaN").replace("-0.0", "-0")}
        case bytes():
            return {"$bytes": base64.b64encode(value).decode()}
        case list() | tuple():
            return [to_tree(each) for each in value]
        case dict():
            return {f"${key}" if str(key).startswith("$") else str(key): to_tree(each) for key, each in value.items()}
        case BaseException():
            return {"type": type(value).__name__, "message": str(value)}
        case _:
            return {"$$not_a_value": type(value).__name__}
