"""A namespace as one text in a column, so that its namespaces below are a range (`MEM-051`).

The text is the canonical JSON of its segments: ``["a","b"]``. A segment ends with a quote that no segment can hold
unescaped, so what begins with ``["a",`` is below ``("a",)`` and nothing else is.
"""

from __future__ import annotations

from typing import Any, cast

from taskpoint import codec
from taskpoint.errors import FormatError, ValueEncodingError

__all__ = ("bounds", "read", "write")


def write(namespace: tuple[str, ...]) -> str:
    """Return the text of a namespace.

    Example:
        >>> write(("a", "b.c"))
        '["a","b.c"]'
    """
    return codec.canonical(list(namespace)).decode()


def bounds(prefix: tuple[str, ...]) -> tuple[str, str, str]:
    """Return the text of a namespace, and where the texts of those below it begin and end.

    Example:
        >>> bounds(("a",))
        ('["a"]', '["a",', '["a"-')
    """
    text = write(prefix)
    return (text, text[:-1] + ",", text[:-1] + "-") if prefix else (text, "[", "\\")


def read(text: Any) -> tuple[str, ...]:
    """Return the namespace that a text stands for."""
    try:
        segments: Any = codec.decode(text) if type(text) is str else None
    except ValueEncodingError:
        segments = None
    if type(segments) is not list or not all(type(each) is str for each in cast("list[object]", segments)):
        raise FormatError("a row of the file has a namespace that is no list of texts")
    return tuple(cast("list[str]", segments))
