"""Values, written down and read back by an error's name for them."""

from __future__ import annotations

from typing import Any

from taskpoint import codec
from taskpoint.errors import FormatError, ValueEncodingError, hint_of

__all__ = ("decode", "encode", "said_of")


def decode(text: str, what: str) -> Any:
    """Decode a recorded value; `what` names it in the error.

    Raises:
        FormatError: The text is no encoding of a value.
    """
    try:
        return codec.decode(text)
    except ValueEncodingError as error:
        raise FormatError(f"{what} cannot be read at {error.path}: {error.code}") from None


def encode(value: object, what: str) -> str:
    """Encode a value that is recorded as it is; `what` names it in the error.

    Raises:
        ValueEncodingError: The value has no encoding.
    """
    try:
        return codec.encode(value)
    except ValueEncodingError as error:
        refused = said_of(what, error)
    raise refused


def said_of(what: str, error: ValueEncodingError) -> ValueEncodingError:
    """Return an error about a value as one that says which value it is."""
    follows = error.hint == hint_of(error.code, error.message)  # from what the message says, which is more now
    hint = None if follows else error.hint
    return ValueEncodingError(f"{what}: {error.message}", path=error.path, code=error.code, hint=hint)
