"""Classes that the program registered to be written as `$ext` values and read back (`VAL-059`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from taskpoint.codec._model import MAX_SAFE, Ext
from taskpoint.errors import UsageError

__all__ = ("extension_of", "is_registered", "register_extension", "value_of")

T = TypeVar("T")
_MAX_NAME = 255


@dataclass(frozen=True, slots=True)
class _Extension:
    cls: type[Any]
    name: str
    v: int
    encode: Callable[[Any], object]
    decode: Callable[[int, Any], Any]


_BY_CLASS: dict[type[Any], _Extension] = {}
_BY_NAME: dict[str, _Extension] = {}


def register_extension(
    cls: type[T], *, name: str, v: int = 1, encode: Callable[[T], object], decode: Callable[[int, Any], T]
) -> None:
    """Let values of a class be recorded without an annotation, as ``$ext`` values under a name of their own.

    The name is what other languages and later versions see; it never names a class, and data can only choose among
    the names that the program registered. Registering a class or a name again replaces what was there.

    Args:
        cls: The class, exactly; a subclass needs its own name.
        name: 1 to 255 characters, e.g. ``"com.acme/Money"``.
        v: The version of the form that `encode` makes.
        encode: Makes plain data of a value.
        decode: Makes a value of the version and the plain data that were recorded.

    Raises:
        UsageError: The name or the version cannot be recorded.

    Example:
        >>> from fractions import Fraction
        >>> from taskpoint import register_extension
        >>> from taskpoint.codec import decode, encode
        >>> register_extension(
        ...     Fraction,
        ...     name="example/fraction",
        ...     encode=lambda value: [value.numerator, value.denominator],
        ...     decode=lambda v, data: Fraction(*data),
        ... )
        >>> encode(Fraction(1, 3))
        '{"$ext":{"name":"example/fraction","v":1,"data":[1,3]}}'
        >>> decode(encode(Fraction(1, 3)))
        Fraction(1, 3)
    """
    if not 1 <= len(name) <= _MAX_NAME or not 0 <= v <= MAX_SAFE:
        raise UsageError(
            "the name or the version of an extension cannot be recorded", hint="write name='com.acme/Money'"
        )
    extension = _Extension(cls, name, v, encode, decode)
    replaced = _BY_NAME.pop(name, None)
    if replaced is not None:
        _BY_CLASS.pop(replaced.cls, None)
    _BY_NAME[name] = _BY_CLASS[cls] = extension


def is_registered(kind: type) -> bool:
    """Tell whether the instances of a class are written as extension values."""
    return kind in _BY_CLASS


def extension_of(value: object) -> Ext | None:
    """Return a value of a registered class as an extension value."""
    extension = _BY_CLASS.get(type(value))
    return None if extension is None else Ext(extension.name, extension.v, extension.encode(value))


def value_of(ext: Ext) -> object:
    """Return what an extension value stands for: itself, where nobody registered its name."""
    extension = _BY_NAME.get(ext.name)
    return ext if extension is None else extension.decode(ext.v, ext.data)
