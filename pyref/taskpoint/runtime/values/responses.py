"""What an answer must look like: the schemas that questions give for it (`INT-030` ff.).

The library that checks answers is an extra, and is imported when the first such question is asked or answered.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast

from taskpoint.errors import UsageError
from taskpoint.runtime.values.shapes import Shape, schema_shape

__all__ = ("Wanted", "check_answer", "shown_schema", "wanted_of")

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_EXTRA: Final = "pip install 'taskpoint[answers]'"
_REFERENCES: Final = ("$ref", "$dynamicRef")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question says of its answer.

    Attributes:
        text: The JSON Schema to record.
        shape: The type that the answer is read as, None where it comes as it is.
    """

    text: str
    shape: Shape | None = None


def wanted_of(schema: object) -> Wanted:
    """Return what is meant by the `response_schema` of a question: a JSON Schema, or a type that has one.

    Raises:
        UsageError: It is neither (code ``interrupt.schema_invalid``), or nothing here can check answers
            (``interrupt.schema_unsupported``).
    """
    wanted = Wanted(_written(cast("object", schema))) if isinstance(schema, dict) else _of_type(schema)
    _checker(wanted.text)
    return wanted


def shown_schema(text: str | None) -> dict[str, Any] | None:
    """Return a recorded schema, made anew for each who looks at it."""
    if text is None:
        return None
    from taskpoint.models.values import parse_text

    shown: dict[str, Any] = parse_text(text)
    return shown


def check_answer(schema: str, answer: str, id: str) -> None:
    """Refuse an encoded answer that does not fit the schema recorded with its question (`INT-031`).

    Raises:
        UsageError: It does not fit (code ``interrupt.answer_invalid``), or cannot be checked here
            (``interrupt.schema_unsupported``).
    """
    from taskpoint.models.values import parse_text

    try:
        misfit = _checker(schema).misfit(parse_text(answer))
    except UsageError as error:
        if error.code == "interrupt.schema_unsupported":
            raise
        why = error.message
    except RecursionError:
        why = "its schema refers to itself without end, or it nests too deep"
    else:
        if misfit is None:
            return
        raise UsageError(
            f"the answer to {id!r} does not fit its response_schema: {misfit}",
            code="interrupt.answer_invalid",
            hint="the question is still open, and nothing was recorded: send an answer that fits",
        )
    raise UsageError(  # INT-037: another language, or another library, took it
        f"the answer to {id!r} cannot be checked: {why}",
        code="interrupt.schema_unsupported",
        hint="answer with the runtime that asked",
    )


def _written(schema: object) -> str:
    from taskpoint.models.values import plain_text

    try:
        return plain_text(schema)
    except ValueError as error:
        why = str(error)
    raise _invalid(f"it is no plain JSON: {why}")


def _of_type(hint: object) -> Wanted:
    if not isinstance(hint, Hashable):
        raise _invalid("it is neither an object nor a type")
    wanted = _described(hint)
    if wanted is None:
        raise _invalid("it is no type of which pydantic knows a JSON Schema")
    return wanted


@lru_cache(maxsize=64)
def _described(hint: Any) -> Wanted | None:
    from pydantic.errors import PydanticInvalidForJsonSchema

    shape = schema_shape(hint)
    try:
        return None if shape is None else Wanted(_written(shape.schema()), shape)
    except PydanticInvalidForJsonSchema:
        return None


def _invalid(why: str) -> UsageError:
    return UsageError(
        f"the response_schema of an interrupt cannot be used: {why}",
        code="interrupt.schema_invalid",
        hint="give a JSON Schema 2020-12 that refers to nothing outside of itself, or a type",
    )


class _Checker:
    """Checks answers against one schema."""

    __slots__ = ("_exceptions", "_validator")

    def __init__(self, schema: dict[str, Any]) -> None:
        import jsonschema.exceptions
        from jsonschema import Draft202012Validator
        from referencing import Registry
        from referencing.jsonschema import DRAFT202012

        _check_schema(schema)
        registry: Registry[Any] = Registry()  # INT-033: the default one would ask the network
        root = DRAFT202012.create_resource(cast("Any", schema))
        _check_closed(registry.resolver_with_root(root), root, set())
        self._validator: Any = Draft202012Validator(schema, registry=registry)  # INT-034: no format is asserted
        self._exceptions: Any = jsonschema.exceptions

    def misfit(self, answer: object) -> str | None:
        """Say where an answer does not fit, and because of which keyword; None where it fits."""
        error = self._exceptions.best_match(self._validator.iter_errors(answer))
        return None if error is None else _misfit(error)


@lru_cache(maxsize=64)
def _checker(schema: str) -> _Checker:
    from taskpoint.models.values import parse_text

    try:
        return _Checker(parse_text(schema))
    except ModuleNotFoundError:
        pass
    raise UsageError(
        "nothing is installed that checks an answer against a schema",
        code="interrupt.schema_unsupported",
        hint=_EXTRA,
    )


def _misfit(error: Any) -> str:
    """Say where something does not fit, and because of which keyword, without content."""
    steps = [str(step).replace("~", "~0").replace("/", "~1") for step in error.absolute_path]
    pointer = "".join(f"/{step}" for step in steps)
    return f"{error.validator or 'false'!r} refuses what stands at {pointer!r}"


def _check_schema(schema: Any) -> None:
    """Refuse what is no schema, and patterns that are none here (`INT-032`)."""
    from jsonschema import Draft202012Validator, FormatChecker, SchemaError

    try:
        Draft202012Validator.check_schema(schema, format_checker=FormatChecker(formats=("regex",)))
    except SchemaError as error:
        why = f"in the schema {_misfit(error)}"
    else:
        return
    raise _invalid(why)


def _check_closed(resolver: Any, resource: Any, seen: set[int]) -> None:
    """Refuse a schema that needs what is not in it, or is of another version of JSON Schema in some place."""
    from referencing.exceptions import NoSuchResource, Unresolvable
    from referencing.jsonschema import DRAFT202012

    contents: object = resource.contents
    if id(contents) in seen or not isinstance(contents, dict):
        return
    part = cast("dict[str, Any]", contents)
    seen.add(id(part))
    if part.get("$schema", _DIALECT).removesuffix("#") != _DIALECT:
        raise _invalid("its $schema names another version than 2020-12")
    for keyword in _REFERENCES:
        if keyword in part:
            try:
                found = resolver.lookup(part[keyword])
            except (NoSuchResource, Unresolvable):
                raise _invalid(f"a {keyword!r} in it leads to nothing inside of it") from None
            _check_schema(found.contents)  # it may stand where no schema is looked for
            _check_closed(found.resolver, DRAFT202012.create_resource(found.contents), seen)
    for inner in resource.subresources():
        _check_closed(resolver.in_subresource(inner), inner, seen)
