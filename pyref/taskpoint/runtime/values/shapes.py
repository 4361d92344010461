"""Declared types: values become plain data to be recorded, and come back as what the declaration says (`TYP-001`)."""

from __future__ import annotations

import collections.abc
import datetime as dt
import enum
import sys
import typing
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from inspect import Parameter
from types import NoneType, UnionType
from typing import Any, Final, Literal
from uuid import UUID

import typing_extensions

from taskpoint.errors import ValueEncodingError
from taskpoint.runtime.values.functions import base_function, free_names

__all__ = ("Misfit", "Shape", "annotation_of", "described", "fitting", "hints_of", "schema_shape", "shape_of")

_LEAVES: Final[frozenset[object]] = frozenset(
    {NoneType, bool, int, float, str, bytes, object, Decimal, UUID}
    | {dt.datetime, dt.date, dt.time, dt.timedelta, dict, list, set}
)
_CONTAINERS: Final = frozenset(
    {dict, list, set, typing.Union, UnionType, collections.abc.Mapping, collections.abc.Sequence}
    | {collections.abc.Iterable, collections.abc.Collection, collections.abc.MutableMapping}
)
_PLAIN_TEXTS: Final = frozenset({"None", "bool", "int", "float", "str", "bytes", "dict", "list", "object", "Any"})
_OF_PEOPLE: Final = frozenset({"value_error", "assertion_error"})
"""Kinds of misfit whose text a validator of the user's wrote: it could hold content (`ERR-001`)."""


Annotation = Literal["none", "read", "unread"]
"""What is known of an annotation: there is none, it was read, or it names what only a type checker knows."""


def is_plain(hint: Any) -> bool:
    """Tell whether values of a declared type come back from their encoding as they were."""
    if hint is None or hint is Any or hint is Parameter.empty or isinstance(hint, typing.TypeVar):
        return True
    origin = typing.get_origin(hint)
    if origin is None:
        if typing.is_typeddict(hint):
            return all(map(is_plain, typing.get_type_hints(hint).values()))
        return hint in _LEAVES if isinstance(hint, collections.abc.Hashable) else True
    arguments = typing.get_args(hint)
    if origin is typing.Literal:
        return not any(isinstance(argument, enum.Enum) for argument in arguments)
    if origin in {typing.Required, typing.NotRequired, typing.Annotated}:
        return is_plain(arguments[0])
    return origin in _CONTAINERS and all(map(is_plain, arguments))


class Shape:
    """A declared type, as pydantic sees it."""

    __slots__ = ("_adapter",)

    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter

    def dumped(self, value: object) -> Any:
        """Return a value as pydantic dumps it for Python; one that is no instance of the type stays what it is.

        Raises:
            TypeError: It holds a set whose members are dumped as dicts.
        """
        return self._adapter.dump_python(value, mode="python", by_alias=True, round_trip=True, warnings=False)

    def described(self, value: object) -> Any:
        """Return a value as pydantic dumps it for JSON, with None for what it cannot dump.

        Raises:
            ValueError: It cannot dump the whole, e.g. as there are bytes that are no text.
        """
        return self._adapter.dump_python(
            value, mode="json", by_alias=True, round_trip=True, warnings=False, fallback=_nothing
        )

    def read(self, data: object) -> tuple[Any, bool]:
        """Return recorded data as the declared type, and whether it was read by the rules for JSON.

        Those take a list for a tuple in a strict model, say.

        Raises:
            Misfit: It does not fit.
        """
        from pydantic import ValidationError
        from pydantic_core import to_json

        try:
            return self._adapter.validate_python(data), False
        except ValidationError as error:
            misfit = _misfit(error)
        try:
            return self._adapter.validate_json(to_json(data, inf_nan_mode="constants")), True
        except ValueError:  # it does not fit, or is no JSON
            pass
        raise misfit

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the type."""
        made: dict[str, Any] = self._adapter.json_schema()
        return made

    def fit(self, value: object, *, strict: bool) -> Any:
        """Return a value as the declared type; nothing is converted where it is `strict`.

        Raises:
            Misfit: It does not fit.
        """
        from pydantic import ValidationError

        try:
            return self._adapter.validate_python(value, strict=strict or None)
        except ValidationError as error:
            misfit = _misfit(error)
        raise misfit


class Misfit(Exception):
    """A value does not fit its declared type.

    Attributes:
        steps: Where in the value.
        why: Why, without content.
    """

    def __init__(self, steps: tuple[int | str, ...], why: str) -> None:
        super().__init__()
        self.steps = steps
        self.why = why

    def error(self) -> ValueEncodingError:
        """Return what is told of it."""
        path = "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps)
        message = f"a value does not fit its declared type at {path}: {self.why}"
        return ValueEncodingError(message, path=path, code="value.mismatch")


def _misfit(error: Any) -> Misfit:
    """Return what a pydantic error says, without content."""
    found = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return Misfit(found["loc"], "a validator refuses it" if found["type"] in _OF_PEOPLE else found["msg"])


def _nothing(_: object) -> None:
    """Stand for what has no JSON form."""


def hints_of(func: Callable[..., Any]) -> Mapping[str, Any]:
    """Return the annotations of a function, resolved; those that cannot be are left out."""
    plain = base_function(func)
    raw: dict[str, Any] = getattr(plain, "__annotations__", {})
    hints: dict[str, Any] = {}
    names = {**getattr(plain, "__globals__", {}), **free_names(plain)}
    for name, annotation in raw.items():
        hint = annotation
        if isinstance(annotation, str):
            if annotation in _PLAIN_TEXTS:
                continue
            try:
                hint = typing.get_type_hints(_holder(annotation), names, {}, include_extras=True)["it"]
            except Exception:  # noqa: BLE001, S112 - a name that only a type checker knows declares nothing here
                continue
        hints[name] = hint
    return hints


def annotation_of(func: Callable[..., Any], name: str, hints: Mapping[str, Any]) -> Annotation:
    """Tell whether a function says anything about a parameter or its ``"return"``, and whether that is in its hints."""
    raw: dict[str, Any] = getattr(base_function(func), "__annotations__", {})
    if name not in raw:
        return "none"
    is_read = name in hints or (isinstance(raw[name], str) and raw[name] in _PLAIN_TEXTS)
    return "read" if is_read else "unread"


def _holder(annotation: str) -> Any:
    return type("Holder", (), {"__annotations__": {"it": annotation}})


def _described(hint: Any) -> Any:
    """Return a declared type in which pydantic reads every `TypedDict`; before Python 3.12 it refuses `typing`'s."""
    if sys.version_info >= (3, 12):
        return hint
    if typing.is_typeddict(hint):
        required: frozenset[str] = hint.__required_keys__
        members: dict[str, Any] = {}
        for name, member in typing.get_type_hints(hint, include_extras=True).items():
            need: Any = typing.Required if name in required else typing.NotRequired
            members[name] = need[_described(member)]
        make: Any = typing_extensions.TypedDict
        return make(hint.__name__, members)
    arguments = typing.get_args(hint)
    if not arguments or typing.get_origin(hint) in {typing.Literal, typing.Annotated}:
        return hint
    described = tuple(map(_described, arguments))
    if described == arguments:
        return hint
    if isinstance(hint, UnionType):
        union: Any = typing.Union
        return union[described]
    origin: Any = typing.get_origin(hint)
    return hint.copy_with(described) if hasattr(hint, "copy_with") else origin[described]


def shape_of(hint: Any) -> Shape | None:
    """Return what a declared type makes of values; None where there is nothing to make."""
    return None if is_plain(hint) else _shape(hint)


def fitting(hint: Any, value: object) -> Any:
    """Return a value as a declared type has it; one of plain data stays what it is, but has to fit.

    Raises:
        Misfit: It does not fit.
    """
    shape = schema_shape(hint)
    if shape is None:
        return value
    plain = is_plain(hint)
    typed = shape.fit(value, strict=plain)
    return value if plain else typed


def _shape(hint: Any) -> Shape | None:
    from pydantic import PydanticUserError, TypeAdapter
    from pydantic.errors import PydanticSchemaGenerationError

    try:
        adapter = TypeAdapter(_described(hint))
        if adapter.rebuild(raise_errors=False) is not False:
            return Shape(adapter)
    except (PydanticSchemaGenerationError, PydanticUserError):
        pass
    return None  # a class that nobody described, or only to a type checker: its values are refused (VAL-060)


def described(hint: Any) -> dict[str, Any]:
    """Return the JSON Schema of a declared type; an empty one takes anything, as where nobody can say."""
    from pydantic.errors import PydanticInvalidForJsonSchema

    shape = _shape(hint)
    try:
        return {} if shape is None else shape.schema()
    except PydanticInvalidForJsonSchema:
        return {}


schema_shape: Callable[[Any], Shape | None] = lru_cache(maxsize=64)(_shape)
"""For what is asked again and again: to make one takes longer than a run."""
