"""Recorded values, read."""

from __future__ import annotations

from typing import Any

from taskpoint import codec
from taskpoint.errors import FormatError, ValueEncodingError

__all__ = ("decode",)


def decode(text: str, what: str) -> Any:
    """Decode a recorded value; `what` names it in the error.

    Raises:
        FormatError: The text is no encoding of a value.
    """
    try:
        return codec.decode(text)
    except ValueEncodingError as error:
        raise FormatError(f"{what} cannot be read at {error.path}: {error.code}") from None
