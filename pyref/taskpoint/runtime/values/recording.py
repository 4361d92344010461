"""Values of declared types, written down and read back (`TYP-001`, `TYP-005`).

Pydantic dumps a value for Python, which keeps what has a tag of its own, such as a datetime or bytes. What still has no
encoding then, such as a path, stands in the form that pydantic gives it in JSON: the one that the annotation reads
back. That it does is proved on the spot: what comes back is equal, or the value is refused.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

from taskpoint import codec
from taskpoint.codec import type_of
from taskpoint.errors import ValueEncodingError
from taskpoint.runtime.values.kept import Change, changes
from taskpoint.runtime.values.plain import Foreign, foreign_in, plain
from taskpoint.runtime.values.shapes import Annotation, Misfit, Shape, schema_shape

__all__ = ("plain_data", "read_back", "record", "undeclared")


class _Changed(Exception):
    def __init__(self, change: Change) -> None:
        super().__init__()
        self.change = change


def record(shape: Shape, value: object) -> tuple[str, Any]:
    """Return the text to record of a value, and what comes back from it.

    Raises:
        ValueEncodingError: The value has no encoding, does not fit, or would come back as something else.
    """
    try:
        return _recorded(shape, value)
    except Misfit as misfit:
        refused = _refusal_of_misfit(shape, value, misfit)
    except Foreign as foreign:
        refused = _refusal(foreign.value, _path_in(shape, value))
    except _Changed as changed:
        refused = _refusal_of_change(changed.change)
    except RecursionError:
        refused = _too_deep()
    raise refused  # outside of the handlers: what they handle may hold content


def _recorded(shape: Shape, value: object) -> tuple[str, Any]:
    data, by_json = _data(shape, value)
    try:
        return _proved(shape, value, data, by_json=by_json)
    except _Changed as changed:
        if not codec.is_registered(type_of(changed.change.was)) or foreign_in(value):
            raise
    return _proved(shape, value, value, by_json=False)  # TYP-005: its extension knows more of it than the annotation


def _proved(shape: Shape, value: object, data: Any, *, by_json: bool) -> tuple[str, Any]:
    """Return the text of the data of a value, and what comes back from it, which is the value."""
    text, back = codec.encode_and_decode(data)
    typed, read_by_json = shape.read(back)
    for change in changes(value, typed, exactly=by_json or read_by_json):
        raise _Changed(change)
    return text, typed


def plain_data(shape: Shape, value: object) -> Any:
    """Return a typed value as the plain data that would be recorded of it; other values stay what they are.

    Raises:
        Foreign: Something in it has no form as data.
    """
    return _data(shape, value)[0]


def _data(shape: Shape, value: object) -> tuple[Any, bool]:
    """Return a value as plain data, and whether some of it is in its JSON form."""
    try:
        dumped = _dumped(shape, value)
    except TypeError:  # a set of records, say: what Python would have them dumped as cannot be in a set
        return _described(shape, value), True
    try:
        return plain(dumped), False
    except Foreign:
        pass
    try:
        return plain(dumped, _described(shape, value)), True
    except Foreign:
        return plain(dumped, _by_class), True


def _dumped(shape: Shape, value: object) -> Any:
    try:
        return shape.dumped(value)
    except ValueError as error:
        if type(error) is not ValueError:
            raise
    raise _too_deep()


def _described(shape: Shape, value: object) -> Any:
    try:
        return shape.described(value)
    except ValueError:
        raise Foreign(value) from None


def _by_class(leaf: object) -> Any:
    """Return the JSON form that a class gives to its instances, where the whole has none: bytes are in it, say."""
    shape = schema_shape(type_of(leaf))
    if shape is None:
        raise Foreign(leaf)
    return _described(shape, leaf)


def read_back(shape: Shape, data: object) -> Any:
    """Return recorded data as the declared type.

    Raises:
        ValueEncodingError: It does not fit (code ``value.mismatch``); the error says which member, and why.
    """
    try:
        return shape.read(data)[0]
    except Misfit as misfit:
        refused = misfit.error()
    raise refused


def undeclared(value: object, annotation: Annotation, error: ValueEncodingError) -> ValueEncodingError:
    """Return what is said of a value that was refused where no annotation takes it."""
    if annotation == "none" or error.code != "value.not_encodable":
        return error
    foreign = foreign_in(value)  # which ends, as the codec came to it
    if not foreign:
        return error
    if annotation == "read":
        return _refusal(foreign[0], error.path)
    message = f"a value of type {_name(foreign[0])} at {error.path} has an annotation that only a type checker can read"
    return ValueEncodingError(message, path=error.path)


# What is said of refused values. `taskpoint.errors` has a hint for each of the messages, which a journal gives back.


def _name(value: object) -> str:
    return type_of(value).__name__


def _too_deep() -> ValueEncodingError:
    return ValueEncodingError("a value contains itself, or nests too deep", code="value.too_deep")  # VAL-041


def _can_be_declared(value: object) -> bool:
    """Tell whether a value comes back where its class, alone, is what is declared."""
    try:
        shape = schema_shape(type_of(value))
        return shape is not None and bool(_recorded(shape, value))
    except Exception:  # noqa: BLE001 - whatever it is: it does not come back
        return False


def _refusal(value: object, path: str) -> ValueEncodingError:
    if _can_be_declared(value):
        what = "is of a class that its annotation does not name"
    else:
        what = "cannot be rebuilt by its annotation"
    return ValueEncodingError(f"a value of type {_name(value)} at {path} {what}", path=path)


def _refusal_of_change(change: Change) -> ValueEncodingError:
    path, was, became = change
    if type_of(was) is type_of(became) or not _can_be_declared(was):
        return _refusal(was, path)
    is_cut = isinstance(was, type_of(became)) or not codec.has_encoding(type_of(became))
    return ValueEncodingError(
        f"a value of type {_name(was)} would come back as {_name(became)} at {path}",
        path=path,
        code="value.mismatch" if is_cut else "value.not_encodable",
    )


def _refusal_of_misfit(shape: Shape, value: object, misfit: Misfit) -> ValueEncodingError:
    """Say what does not fit: the value, or what stood for an instance of a class in it."""
    error = misfit.error()
    leaf = _dumped_at(shape, value, misfit.steps)
    kind = type_of(leaf)
    return error if codec.has_encoding(kind) or codec.is_registered(kind) else _refusal(leaf, error.path)


def _dumped_at(shape: Shape, value: object, steps: Iterable[int | str]) -> Any:
    try:
        part = shape.dumped(value)
    except TypeError:
        return None
    for step in steps:
        with contextlib.suppress(LookupError, TypeError):  # some steps tell the member of a union
            part = part[step]
    return part


def _path_in(shape: Shape, value: object) -> str:
    """Return where in a value that is refused there is no encoding."""
    try:
        codec.encode(plain(shape.dumped(value), _itself))
    except ValueEncodingError as error:
        return error.path
    except (TypeError, Foreign):  # members of a set, say
        return "$"
    return "$"


def _itself(value: object) -> object:
    return value
