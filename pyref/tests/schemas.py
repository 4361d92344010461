"""The schemas of `spec/1.0` as the tests use them: by definition, with their examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator, ValidationError, validators
from referencing import Registry
from referencing.jsonschema import DRAFT202012

FOLDER: Final = Path(__file__).parents[2] / "spec" / "1.0" / "schema"
BASE: Final = "https://taskpoint.dev/spec/1.0/schema/"
SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    path.name.removesuffix(".schema.json"): json.loads(path.read_text("utf-8"))
    for path in sorted(FOLDER.glob("*.schema.json"))
}
DEFINITIONS: Final = {
    **{name: BASE + f"{name}.schema.json" for name, schema in SCHEMAS.items() if name != "common"},
    **{
        f"{name}.{definition}": BASE + f"{name}.schema.json#/$defs/{definition}"
        for name, schema in SCHEMAS.items()
        for definition in schema.get("$defs", {})
    },
}
"""What can be referred to, by the name of its folder of examples."""


def same(one: Any, other: Any) -> bool:
    """Say whether two documents are equal in JSON: 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _unique(_: Any, demanded: bool, instance: Any, __: Any) -> Iterator[ValidationError]:
    """The library sorts and compares neighbours, which misses [[0], [false], [0]]."""
    if demanded and isinstance(instance, list) and any(same(*pair) for pair in combinations(instance, 2)):
        yield ValidationError("an item stands twice")


Validator: Any = validators.extend(Draft202012Validator, {"uniqueItems": _unique})


def validator(definition: str, **changed: Any) -> Any:
    """Return what checks documents against a definition; `changed` replaces whole schemas."""
    registry: Registry[Any] = Registry()
    for schema in {**SCHEMAS, **changed}.values():
        plain = {
            word: rule for word, rule in schema.items() if word != "$schema"
        }  # it would bring back the library's own
        registry = registry.with_resource(schema["$id"], DRAFT202012.create_resource(plain))
    return Validator({"$ref": DEFINITIONS[definition]}, registry=registry.crawl())


@cache
def _shared(definition: str) -> Any:
    return validator(definition)


def accepts(definition: str, document: object) -> bool:
    """Say whether the schema accepts a document."""
    return _shared(definition).is_valid(document)


@cache
def examples(definition: str, kind: str) -> list[dict[str, Any]]:
    """Return the valid or the invalid examples of a definition, each with the reason for it."""
    files = sorted((FOLDER / "examples" / definition / kind).glob("*.json"))
    return [example for path in files for example in json.loads(path.read_text("utf-8"))]
