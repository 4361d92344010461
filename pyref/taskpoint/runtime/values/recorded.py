"""Values, written down and read back by an error's name for them."""

from __future__ import annotations

from typing import Any

from taskpoint import codec
from taskpoint.errors import FormatError, ValueEncodingError, hint_of

__all__ = ("decode", "encode", "said_of", "unwritable")


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
    cause = None
    try:
        return codec.encode(value)
    except ValueEncodingError as error:
        refused = error
    except Exception as error:  # noqa: BLE001 - whatever the value's class raised when it was read
        refused, cause = unwritable(value, error), error
    raise said_of(what, refused) from cause


def unwritable(value: object, error: Exception) -> ValueEncodingError:
    """Return what is said of a value whose own class failed when it was to be written down."""
    return ValueEncodingError(
        f"a value of type {codec.type_of(value).__name__} raised {type(error).__name__} when it was to be recorded",
        hint="its serializer, or a property of it, fails: the cause is in __cause__ where it was raised",
    )


def said_of(what: str, error: ValueEncodingError) -> ValueEncodingError:
    """Return an error about a value as one that says which value it is."""
    follows = error.hint == hint_of(error.code, error.message)  # from what the message says, which is more now
    hint = None if follows else error.hint
    return ValueEncodingError(f"{what}: {error.message}", path=error.path, code=error.code, hint=hint)
