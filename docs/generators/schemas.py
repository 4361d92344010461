"""Shows the JSON Schemas as tables, with their examples and the file itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from generators.markdown import LOOKED_UP, cell, front

SUFFIX = ".schema.json"
MOST = 6
"""Examples of a kind on a page; the folder beside the schema holds all of them."""
Schema = Mapping[str, Any]


def pages(folder: Path, heading: str, intro: str) -> Iterator[tuple[str, str]]:
    """Yield a page for each schema of a folder, and one that lists them.

    Args:
        folder: Where they lie.
        heading: The title of the list.
        intro: What they are the schemas of.
    """
    names = sorted(path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}"))
    found = {name: json.loads((folder / f"{name}{SUFFIX}").read_text(encoding="utf-8")) for name in names}
    rows = [f"| [{name}]({name}.md) | {cell(titled(schema, name))} |" for name, schema in found.items()]
    lines = [*front(heading, f"{intro}, as tables."), f"# {heading}", "", f"{intro}, made from the JSON Schemas.", ""]
    yield "index.md", "\n".join([*lines, "| schema | what it is |", "|---|---|", *rows, ""])
    for name, schema in found.items():
        yield f"{name}.md", page(name, schema, folder / "examples")


def titled(schema: Schema, name: str) -> str:
    """Return what a schema says of itself."""
    return str(schema.get("description") or schema.get("title") or name)


def page(name: str, schema: Schema, examples: Path) -> str:
    """Return a schema's page."""
    title = str(schema.get("title", name))
    lines = [
        *front(f"Schema: {title}", titled(schema, name), LOOKED_UP),
        f"# {title}",
        "",
        str(schema.get("description", "")),
        "",
    ]
    lines += [f"[Download {name}{SUFFIX}]({name}{SUFFIX}), or see [all of them](index.md).", "", *table(schema, name)]
    for part, definition in schema.get("$defs", {}).items():
        lines += [f"## {part} {{ #{part} }}", "", str(definition.get("description", "")), "", *table(definition, name)]
    for kind, heading in (("valid", "Examples"), ("invalid", "What is refused")):
        file = examples / name / kind / "documents.json"
        if file.is_file():
            lines += [f"## {heading}", ""]
            for example in json.loads(file.read_text(encoding="utf-8"))[:MOST]:
                text = json.dumps(example["document"], indent=2 if kind == "valid" else None, ensure_ascii=True)
                lines += [f"{str(example.get('why', '')).capitalize()}:", "", "```json", text, "```", ""]
    return "\n".join(lines)


def table(schema: Schema, name: str) -> Iterator[str]:
    """Yield what a schema asks for: the members of an object as a table, everything else in a line."""
    members = schema.get("properties")
    if not members:
        yield from (f"It is {said(schema, name)}.", "")
        return
    required = schema.get("required", [])
    yield from ("| member | what it is | required |", "|---|---|---|")
    for member, each in members.items():
        text = " ".join(filter(None, [said(each, name), described(each)]))
        yield f"| `{member}` | {cell(text)} | {'yes' if member in required else 'no'} |"
    yield ""
    if schema.get("additionalProperties") is False or schema.get("unevaluatedProperties") is False:
        yield from ("No other member is allowed.", "")


def described(schema: Any) -> str:
    """Return a member's own description, after a colon."""
    return f"- {schema['description']}" if isinstance(schema, dict) and "description" in schema else ""


def said(schema: Any, name: str) -> str:
    """Return in words what a schema asks for.

    Example:
        >>> said({"type": "integer", "minimum": 0}, "x"), said({"$ref": "common.schema.json#/$defs/id"}, "x")
        ('`integer` (minimum 0)', '[id](common.md#id)')
    """
    if not isinstance(schema, dict):
        return "anything" if schema else "nothing"
    if "$ref" in schema:
        return reference(schema["$ref"], name)
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return "one of " + ", ".join(f"`{json.dumps(each)}`" for each in schema["enum"])
    for word, joint in (("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")):
        if word in schema:
            return joint.join(said(each, name) for each in schema[word])
    if "properties" in schema:
        required = schema.get("required", [])
        inner = (
            f"`{key}`{'' if key in required else '?'}: {said(each, name)}" for key, each in schema["properties"].items()
        )
        return f"an object with {', '.join(inner)}"
    kind = schema.get("type", "anything")
    kinds = kind if isinstance(kind, list) else [kind]
    if "items" in schema:
        return f"a list of {said(schema['items'], name)}"
    limits = [
        f"{label} {schema[key]}"
        for key, label in (
            ("minimum", "minimum"),
            ("maximum", "maximum"),
            ("minLength", "at least"),
            ("maxLength", "at most"),
            ("pattern", "pattern"),
            ("format", "format"),
        )
        if key in schema and key != "pattern"
    ]
    if "pattern" in schema:
        limits.append(f"pattern `{schema['pattern']}`")
    return " or ".join(f"`{each}`" for each in kinds) + (f" ({', '.join(limits)})" if limits else "")


def reference(target: str, name: str) -> str:
    """Return a link to the page of what a schema refers to.

    Example:
        >>> reference("#/$defs/closing", "checkpoint"), reference("value.schema.json", "entry")
        ('[closing](checkpoint.md#closing)', '[value](value.md)')
    """
    file, _, pointer = target.partition("#")
    schema = file.removesuffix(SUFFIX) or name
    part = pointer.removeprefix("/$defs/").partition("/")[0]
    return f"[{part}]({schema}.md#{part})" if part else f"[{schema}]({schema}.md)"
