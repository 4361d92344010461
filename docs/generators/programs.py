"""The reference of programs as data (the IR): its schema as tables, and where each statement is used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from generators import schemas

from taskpoint_conformance.fixtures import Fixture

MOST = 3
"""Fixtures that are named for a statement; the smallest are the clearest."""


def page(name: str, schema: dict[str, Any], examples: Path, fixtures: Sequence[Fixture]) -> str:
    """Return the schema's page, with the fixtures in which each statement and each expression is used."""
    lines = [schemas.page(name, schema, examples)]
    sizes = sorted((len(text), each.id, text) for each in fixtures for text in [each.path.read_text(encoding="utf-8")])
    for kind in ("statement", "expression"):
        lines += [f"## Where a{'n' if kind[0] in 'aeiou' else ''} {kind} is used", ""]
        lines += [f"| {kind} | in the fixtures |", "|---|---|"]
        lines += used(schema["$defs"][kind]["properties"], [(identifier, text) for _, identifier, text in sizes])
        lines.append("")
    return "\n".join(lines)


def used(names: Sequence[str], texts: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield a row for each name: the smallest fixtures with it."""
    for name in names:
        pattern = re.compile(rf"(?:[{{\[,] ?|- ){re.escape(name)}:")
        found = [identifier for identifier, text in texts if pattern.search(text)][:MOST]
        links = ", ".join(f"[{each}](../catalogue/{each}.md)" for each in found)
        yield f"| `{name}` | {links or '-'} |"
