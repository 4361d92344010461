"""The schemas of `spec/1.0` as the tests use them: by definition, with their examples."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

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


def validator(definition: str, **changed: Any) -> Draft202012Validator:
    """Return what checks documents against a definition; `changed` replaces whole schemas."""
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in {**SCHEMAS, **changed}.values()
    )
    return Draft202012Validator({"$ref": DEFINITIONS[definition]}, registry=registry.crawl())


@cache
def _shared(definition: str) -> Draft202012Validator:
    return validator(definition)


def accepts(definition: str, document: object) -> bool:
    """Say whether the schema accepts a document."""
    return _shared(definition).is_valid(document)


@cache
def examples(definition: str, kind: str) -> list[dict[str, Any]]:
    """Return the valid or the invalid examples of a definition, each with the reason for it."""
    files = sorted((FOLDER / "examples" / definition / kind).glob("*.json"))
    return [example for path in files for example in json.loads(path.read_text("utf-8"))]
