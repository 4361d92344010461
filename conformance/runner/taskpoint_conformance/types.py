"""Types for a port's language, out of the schemas: documents of the specification, driver messages and programs.

Only what a type can say: lengths, patterns and what belongs together stay with the schemas.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from taskpoint_conformance import SPEC, data
from taskpoint_conformance.shapes import is_array, is_object

__all__ = ("LANGUAGES", "go", "schema_names", "schema_text", "typescript")

Schema = dict[str, Any]
_FORMATS: Final = ("program", "driver")
_VALUE: Final = "value"
_SCALARS: Final[Mapping[str, tuple[str, str]]] = {
    "string": ("string", "string"),
    "integer": ("number", "int64"),
    "number": ("number", "float64"),
    "boolean": ("boolean", "bool"),
    "null": ("null", "any"),
}
"""JSON's types in TypeScript and in Go."""
_HEADER: Final = f"Types of specification {SPEC}, made by `taskpoint conformance schema --types`. The schemas say more."


def schema_names() -> dict[str, Any]:
    """Return where each schema is, by name: those of the specification, then those of the suite."""
    return {
        path.name.removesuffix(".schema.json"): path
        for folder in (data.spec_schemas(), data.formats())
        for path in sorted(folder.glob("*.schema.json"))
    }


def schema_text(name: str) -> str:
    """Return a schema as it stands in its file."""
    text: str = schema_names()[name].read_text(encoding="utf-8")
    return text


def _schemas() -> dict[str, Schema]:
    paths = schema_names()
    wanted = [path.name.removesuffix(".schema.json") for path in sorted(data.spec_schemas().glob("*.schema.json"))]
    return {name: json.loads(paths[name].read_text(encoding="utf-8")) for name in (*wanted, *_FORMATS)}


def _pascal(text: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", text) if part)


def _type_name(schema: str, definition: str | None = None) -> str:
    """Return the name of a type; what is common to all has no prefix, and `value` has one type only."""
    if schema == _VALUE:
        return "ValueObject" if definition == "object" else "Value"
    prefix = "" if schema == "common" else _pascal(schema)
    return prefix + _pascal(definition or "")


def _target(reference: str, schema: str) -> str:
    file, _, fragment = reference.partition("#")
    where = file.removesuffix(".schema.json") if file else schema
    return _type_name(where, fragment.rpartition("/")[2] or None)


def _named() -> Iterator[tuple[str, str, Schema]]:
    """Yield each type's name, the schema that it comes from, and its definition."""
    for name, schema in _schemas().items():
        if name == _VALUE:
            continue
        if name != "common" and len(schema.keys() - {"$schema", "$id", "title", "description", "$defs"}):
            yield _type_name(name), name, schema
        for definition, inner in schema.get("$defs", {}).items():
            yield _type_name(name, definition), name, inner


def _branches(schema: Schema) -> list[tuple[str, list[Any], Schema]]:
    """Return a union by a member's value, where that is what `allOf` is: the member, its values, the rest."""
    found: list[tuple[str, list[Any], Schema]] = []
    for each in schema.get("allOf", []):
        then: Schema = each.get("then", {})
        if "if" not in each or ("$ref" not in then and "additionalProperties" not in then):
            return []
        [(member, condition)] = each["if"]["properties"].items()
        if "$ref" not in then:
            then = {**then, "required": [*schema.get("required", []), *then.get("required", [])]}
        found.append((member, condition.get("enum") or [condition["const"]], then))
    return found


def _choices(schema: Schema) -> list[Schema]:
    """Return what a schema is one of, where the choices say more than which members go together."""
    found: list[Schema] = schema.get("oneOf") or schema.get("anyOf") or []
    return [] if any(each.keys() <= {"required"} for each in found) else found


def _comment(schema: Schema) -> str:
    return " ".join(str(schema.get("description", "")).split()).replace("*/", "* /")


# --- TypeScript


def typescript() -> str:
    """Return the types in TypeScript."""
    lines = [f"// {_HEADER}", ""]
    lines += [
        "/** An encoded value: JSON in which tags stand for what JSON lacks. */",
        "export type Value = null | boolean | number | string | Value[] | ValueObject;",
        "export type ValueObject = { [key: string]: Value };",
    ]
    for name, origin, schema in _named():
        lines.append("")
        if comment := _comment(schema):
            lines.append(f"/** {comment} */")
        lines.append(f"export type {name} = {_ts(schema, origin)};")
    return "\n".join(lines) + "\n"


def _ts(schema: Any, origin: str) -> str:
    """Return a type expression."""
    if not is_object(schema):
        return "never" if schema is False else "unknown"
    if "$ref" in schema:
        return _target(schema["$ref"], origin)
    if "const" in schema or "enum" in schema:
        return " | ".join(json.dumps(each) for each in schema.get("enum", [schema.get("const")]))
    if branches := _branches(schema):
        parts = (
            f"({{ {json.dumps(member)}: {' | '.join(map(json.dumps, values))} }} & {_ts(then, origin)})"
            for member, values, then in branches
        )
        return " | ".join(parts)
    if choices := _choices(schema):
        return " | ".join(dict.fromkeys(f"({_ts(each, origin)})" for each in choices))
    kinds = schema.get("type", "object" if "properties" in schema else None)
    listed: list[Any] = kinds if is_array(kinds) else [kinds]
    return " | ".join(dict.fromkeys(_ts_kind(each, schema, origin) for each in listed))


def _ts_kind(kind: Any, schema: Schema, origin: str) -> str:
    if kind in _SCALARS:
        return _SCALARS[kind][0]
    if kind == "array":
        return f"({_ts(schema.get('items', {}), origin)})[]"
    return _ts_object(schema, origin) if kind == "object" else "unknown"


def _ts_object(schema: Schema, origin: str) -> str:
    required = schema.get("required", [])
    members = [
        f"{json.dumps(name)}{'' if name in required else '?'}: {_ts(each, origin)}"
        for name, each in schema.get("properties", {}).items()
    ]
    if members:
        return "{ " + "; ".join(members) + " }"
    return f"{{ [key: string]: {_ts(schema.get('additionalProperties', {}), origin)} }}"


# --- Go


@dataclass(slots=True)
class _Go:
    """Go's types; what is nested there is a type of its own."""

    declared: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    schemas: dict[str, tuple[str, Schema]] = field(default_factory=dict[str, tuple[str, Schema]])

    def declare(self, name: str, schema: Schema, origin: str) -> None:
        """Declare a type under a name."""
        comment = _comment(schema)
        lines = [f"// {name}: {comment}"] if comment else []
        members = self._members(schema, origin)
        if members is None:
            plain = self._plain(name, schema, origin)
            equals = "" if plain.startswith(("[]", "map[")) else "= "  # an alias cannot be recursive
            self.declared[name] = [*lines, f"type {name} {equals}{plain}"]
            return
        self.declared[name] = []  # its place, before what is nested in it
        lines.append(f"type {name} struct {{")
        for member, (inner, required, where) in members.items():
            tag = member if required else f"{member},omitempty"
            kind = self.type_of(f"{name}{_pascal(member)}", inner, where)
            if not required and self._may_be_null(inner, where):
                kind = "Value"  # null is not the same as absent
            elif not required and not kind.startswith(("[]", "map[", "*", "any", "Value")):
                kind = f"*{kind}"
            lines.append(f'\t{_pascal(member)} {kind} `json:"{tag}"`')
        self.declared[name] = [*lines, "}"]

    def _may_be_null(self, schema: Any, origin: str) -> bool:
        if not is_object(schema):
            return False
        if "$ref" in schema:
            where, target = self.schemas.get(_target(schema["$ref"], origin), (origin, {}))
            return self._may_be_null(target, where)
        null = "null" in schema.get("type", []) or None in schema.get("enum", [])
        return null or any(self._may_be_null(each, origin) for each in _choices(schema))

    def type_of(self, name: str, schema: Any, origin: str) -> str:
        """Return a type expression; an object gets a type with this name."""
        if not is_object(schema) or not schema:
            return "Value"
        if "$ref" in schema:
            target = _target(schema["$ref"], origin)
            return "Value" if target.startswith("Value") else target
        if self._members(schema, origin) is not None:
            self.declare(name, schema, origin)
            return name
        return self._plain(name, schema, origin)

    def _plain(self, name: str, schema: Schema, origin: str) -> str:
        """Return the type of what is no struct."""
        if "$ref" in schema:
            target = _target(schema["$ref"], origin)
            return "Value" if target.startswith("Value") else target
        choices = [each for each in _choices(schema) if each.get("type") != "null"]
        if len(choices) == 1:
            kind = self.type_of(name, choices[0], origin)
            return kind if kind.startswith(("[]", "map[", "*", "Value")) else f"*{kind}"
        constants = schema.get("enum", [schema["const"]] if "const" in schema else [])
        if constants:
            return _go_constants(constants)
        kinds = schema.get("type")
        listed: list[Any] = kinds if is_array(kinds) else [kinds]
        plain = [each for each in listed if each != "null"]
        if len(plain) != 1 or choices:
            return "Value"
        if plain[0] in _SCALARS:
            return ("*" if "null" in listed else "") + _SCALARS[plain[0]][1]
        if plain[0] == "array":
            return f"[]{self.type_of(f'{name}Item', schema.get('items', {}), origin)}"
        inner = schema.get("additionalProperties", {})
        return f"map[string]{self.type_of(f'{name}Member', inner if is_object(inner) else {}, origin)}"

    def _members(self, schema: Schema, origin: str) -> dict[str, tuple[Any, bool, str]] | None:
        """Return the members of an object, or of all objects that a union has; None where it is no object."""
        parts = [(then, origin) for _, _, then in _branches(schema)] or [(each, origin) for each in _choices(schema)]
        if parts:
            unions = [self._resolved(part, where) for part, where in parts]
            if not all(members is not None for members in unions):
                return None
            return _merged([members for members in unions if members is not None])
        if schema.get("type", "object") != "object" or not schema.get("properties"):
            return None
        required = schema.get("required", [])
        return {
            name: (each, name in required, origin) for name, each in schema["properties"].items() if each is not False
        }

    def _resolved(self, schema: Schema, origin: str) -> dict[str, tuple[Any, bool, str]] | None:
        if "$ref" not in schema:
            return self._members(schema, origin)
        target = _target(schema["$ref"], origin)
        if target not in self.schemas:
            return None
        where, inner = self.schemas[target]
        return self._members(inner, where)


def _go_constants(constants: list[Any]) -> str:
    kinds = {type(each).__name__ for each in constants if each is not None}
    name = {"str": "string", "bool": "bool", "int": "int64"}.get(min(kinds, default=""), "Value")
    if len(kinds) > 1:
        return "Value"
    return f"*{name}" if None in constants and name != "Value" else name


def _merged(unions: list[dict[str, tuple[Any, bool, str]]]) -> dict[str, tuple[Any, bool, str]]:
    """Return the members of several objects together: required where all of them require it."""
    merged: dict[str, tuple[Any, bool, str]] = {}
    for name in dict.fromkeys(name for members in unions for name in members):
        found = [members[name] for members in unions if name in members]
        everywhere = len(found) == len(unions) and all(required for _, required, _ in found)
        texts = [each for each, _, _ in found if each]
        if all("const" in each or "enum" in each for each in texts) and texts:
            constants = [one for each in texts for one in each.get("enum", [each.get("const")])]
            merged[name] = ({"enum": constants}, everywhere, found[0][2])
        elif all(each == texts[0] for each in texts) and texts:
            merged[name] = (texts[0], everywhere, next(where for each, _, where in found if each))
        else:
            merged[name] = ({"type": "string"} if name in {"op", "outcome"} else {}, everywhere, found[0][2])
    return merged


def go() -> str:
    """Return the types in Go: a union of objects is one struct with the members of all of them."""
    types = _Go()
    named = list(_named())
    types.schemas = {name: (origin, schema) for name, origin, schema in named}
    for name, origin, schema in named:
        types.declare(name, schema, origin)
    head = [f"// {_HEADER}", "", "package taskpoint", "", 'import "encoding/json"', ""]
    value = [
        "// Value: an encoded value, JSON in which tags stand for what JSON lacks.",
        "type Value = json.RawMessage",
    ]
    body = [line for lines in types.declared.values() for line in ["", *lines]]
    return "\n".join([*head, *value, *body]) + "\n"


LANGUAGES: Final[Mapping[str, Callable[[], str]]] = {"go": go, "ts": typescript}
