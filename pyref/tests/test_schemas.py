from __future__ import annotations

import copy
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

sys.path.insert(0, str(Path(__file__).parent))
from schemas import BASE, DEFINITIONS, FOLDER, SCHEMAS, accepts, examples, validator

ANNOTATIONS = {"$schema", "$id", "title", "description", "$defs"}
CONSTRAINTS = {
    "$ref", "type", "const", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
    "minItems", "maxItems",
    "uniqueItems", "maxProperties", "additionalProperties", "propertyNames", "items", "prefixItems", "contains", "not",
    "oneOf", "anyOf",
}  # fmt: skip

Place = tuple[str | int, ...]


def constraints(node: Any, place: Place = ()) -> Iterator[Place]:
    """Yield the place of each constraint of a schema; of `required`, of each of its members."""
    if not isinstance(node, dict):
        return
    for word, rule in node.items():
        here = (*place, word)
        if word == "required":
            yield from ((*here, index) for index in range(len(rule)))
        elif word == "properties":
            for name, inner in rule.items():
                yield from constraints(inner, (*here, name))
        elif word in CONSTRAINTS:
            if word != "prefixItems":  # its parts constrain; without it, `items` would say more and not less
                yield here
            if word in {"prefixItems", "oneOf", "anyOf"}:
                for index, inner in enumerate(rule):
                    yield from constraints(inner, (*here, index))
            elif word in {"items", "contains", "additionalProperties", "propertyNames"}:
                yield from constraints(rule, here)
        else:
            assert word in ANNOTATIONS, f"{place}: this test does not know {word}"


def all_constraints() -> Iterator[tuple[str, str, Place]]:
    """Yield each constraint with the definition that it belongs to and the file that it stands in."""
    for file, schema in SCHEMAS.items():
        for place in constraints(schema):
            yield file, file, place
        for definition, node in schema.get("$defs", {}).items():
            for place in constraints(node, ("$defs", definition)):
                yield f"{file}.{definition}", file, place


def without(schema: dict[str, Any], place: Place) -> dict[str, Any]:
    changed = copy.deepcopy(schema)
    node: Any = changed
    for step in place[:-1]:
        node = node[step]
    del node[place[-1]]
    return changed


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_a_schema_with_its_own_id(name):
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$id"] == BASE + f"{name}.schema.json"
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_each_definition_has_examples_and_no_examples_are_left_over():
    assert {path.name for path in (FOLDER / "examples").iterdir()} == set(DEFINITIONS)
    for definition in DEFINITIONS:
        assert examples(definition, "valid"), definition
        assert examples(definition, "invalid"), definition


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_valid_examples_pass_and_invalid_ones_do_not(definition):
    assert [one["why"] for one in examples(definition, "valid") if not accepts(definition, one["document"])] == []
    assert [one["why"] for one in examples(definition, "invalid") if accepts(definition, one["document"])] == []


def test_no_constraint_is_idle():
    """Without any single constraint, an invalid example of its definition passes."""
    idle = []
    for definition, file, place in all_constraints():
        loose = validator(definition, **{file: without(SCHEMAS[file], place)})
        if not any(loose.is_valid(one["document"]) for one in examples(definition, "invalid")):
            idle.append((definition, place))
    assert idle == []


def test_every_object_is_closed_but_schemas_which_are_not_ours():
    def objects(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            if node.get("type") == "object":
                yield node
            for inner in node.values():
                yield from objects(inner)
        elif isinstance(node, list):
            for inner in node:
                yield from objects(inner)

    found = [node for schema in SCHEMAS.values() for node in objects(schema)]
    assert len(found) > 25
    assert [node for node in found if "additionalProperties" not in node] == [
        SCHEMAS["common"]["$defs"]["responseSchema"]
    ]


def test_patterns_read_the_same_in_every_engine():
    """No look-around and no back-reference (RE2, Rust), and no class that follows Unicode in some engines only."""
    patterns = re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', "".join(map(Path.read_text, FOLDER.glob("*.json"))))
    assert len(patterns) > 12
    assert [text for text in patterns if re.search(r"\(\?[^:]|\\\\[^x]", text)] == []


def test_entry_kinds_are_their_definitions():
    kinds = {name: node["properties"]["kind"]["const"] for name, node in SCHEMAS["entry"]["$defs"].items()}
    assert all(name == kind for name, kind in kinds.items())
    assert [one["$ref"] for one in SCHEMAS["entry"]["oneOf"]] == [f"#/$defs/{kind}" for kind in kinds]
