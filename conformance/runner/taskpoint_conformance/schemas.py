"""Checks documents and messages against the schemas of the formats and of the specification."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

from jsonschema import Draft202012Validator, exceptions
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from taskpoint_conformance import data
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.shapes import is_array, is_object

__all__ = ("answer_problem", "call_problem", "document_problem", "entry_problem", "format_problem", "request_problem")

Check = Callable[[Any], str | None]
_errors: Any = exceptions  # its stubs leave types open
_BASE: Final = "https://taskpoint.dev/conformance/1.0/"


def format_problem(name: str, document: Any) -> str | None:
    """Return what is wrong with a fixture, program, report or baseline, None where nothing is."""
    return _check(f"{_BASE}{name}.schema.json")(document)


def request_problem(message: Any) -> str | None:
    """Return what is wrong with a message to a driver."""
    return _message_problem("request", "op", message)


def call_problem(message: Any) -> str | None:
    """Return what is wrong with a driver's call."""
    return _message_problem("call", "op", message)


def answer_problem(message: Any) -> str | None:
    """Return what is wrong with a driver's answer."""
    return _message_problem("answer", "outcome", message)


def document_problem(kind: str, document: Any) -> str | None:
    """Return what is wrong with a document of the specification (`checkpoint`, `entry`, `thread` ...).

    Example:
        >>> document_problem("error", {"type": "Declined", "message": "no"}) is None
        True
    """
    name = f"{kind}.schema.json"
    path = data.spec_schemas() / name
    if not path.is_file():
        raise HarnessError(f"the specification has no schema {name}")
    identifier = _registered()[1].get(path, name)
    return _check(identifier)(document)


def entry_problem(entry: Any) -> str | None:
    """Return what is wrong with a journal entry: against the schema of its kind, which gives the better error."""
    kind = entry.get("kind") if is_object(entry) else None
    if kind not in _kinds():
        return "$.kind: unknown or missing"
    return _check(f"{_registered()[1][data.spec_schemas() / 'entry.schema.json']}#/$defs/{kind}")(entry)


@cache
def _kinds() -> frozenset[str]:
    schema = json.loads((data.spec_schemas() / "entry.schema.json").read_text(encoding="utf-8"))
    return frozenset(branch["$ref"].rsplit("/", 1)[-1] for branch in schema["oneOf"])


def _message_problem(definition: str, member: str, message: Any) -> str | None:
    """Check against the branch that the message names: trying all of them is slow and its errors are unreadable."""
    if not is_object(message):
        return "a message is an object"
    check = _branches(definition, member).get(message.get(member))
    return check(message) if check else f"{member}: unknown or missing"


@cache
def _branches(definition: str, member: str) -> dict[Any, Check]:
    whole = json.loads((data.formats() / "driver.schema.json").read_text(encoding="utf-8"))
    branches: dict[Any, Check] = {}
    node = whole["$defs"][definition]
    for place, branch in enumerate(node["allOf"]):
        condition = branch["if"]["properties"][member]
        check = _check(f"{_BASE}driver.schema.json#/$defs/{definition}/allOf/{place}/then", tuple(node["required"]))
        branches.update(dict.fromkeys(condition.get("enum") or [condition["const"]], check))
    return branches


@cache
def _check(identifier: str, required: tuple[str, ...] = ()) -> Check:
    whole = _inlined({"$ref": identifier}, "")
    schema = {**whole, "required": [*whole.get("required", []), *required]}
    validator: Any = Draft202012Validator(schema, registry=_registered()[0])

    def check(document: Any) -> str | None:
        # `is_valid` stops at the first error and builds no text: nearly every document is valid.
        if validator.is_valid(document):
            return None
        error = _errors.best_match(validator.iter_errors(document))
        return _text(error) if error else None

    return check


def _inlined(schema: Any, base: str, above: tuple[str, ...] = ()) -> Any:
    """Put what a schema refers to in its place: to follow references takes most of the time of a check.

    What contains itself (values, programs) keeps the reference to itself.
    """
    if is_array(schema):
        return [_inlined(each, base, above) for each in schema]
    if not is_object(schema):
        return schema
    reference = schema.get("$ref")
    kept = {name: each for name, each in schema.items() if name not in {"$ref", "$defs", "$id", "$schema"}}
    plain = {name: _part(name, each, base, above) for name, each in kept.items()}
    if not isinstance(reference, str):
        return plain
    target = urljoin(base, reference)
    if target in above:
        return {**plain, "$ref": target}
    found: Any = _registered()[0].resolver().lookup(target).contents
    flat = _inlined(found, target.partition("#")[0], (*above, target))
    return {**plain, "allOf": [*plain.get("allOf", []), flat]} if plain else flat


def _part(keyword: str, part: Any, base: str, above: tuple[str, ...]) -> Any:
    if keyword in {"const", "enum", "default", "examples"}:
        return part
    if keyword in {"properties", "patternProperties", "dependentSchemas"}:
        return {name: _inlined(each, base, above) for name, each in part.items()}
    return _inlined(part, base, above)


def _text(error: exceptions.ValidationError) -> str:
    """Name the place and the rule; the content stays out where it is long."""
    message = error.message if len(error.message) <= 300 else f"{error.message[:300]}..."
    return f"{error.json_path}: {message}"


@cache
def _registered() -> tuple[Registry[Any], dict[Path, str]]:
    resources: list[tuple[str, Resource[Any]]] = []
    identifiers: dict[Path, str] = {}
    for folder in (data.formats(), data.spec_schemas()):
        for path in sorted(folder.glob("*.schema.json")):
            content = json.loads(path.read_text(encoding="utf-8"))
            identifier = content.get("$id", path.name)
            identifiers[path] = identifier
            resources.append((identifier, Resource.from_contents(content, default_specification=DRAFT202012)))
    return Registry[Any]().with_resources(resources), identifiers
