"""Builds the site: gathers the pages from where they are written, and lets mkdocs check and render them.

Pages keep their places, so that a link works in the repository and on the site alike.
What can be derived is derived: each module of `generators` turns sources into pages, and none is committed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from generators import (
    catalogue,
    codes,
    diagrams,
    home,
    implementations,
    kit,
    llms,
    pictures,
    programs,
    protocol,
    recorded,
    reference,
    references,
    rules,
    schemas,
    typescript,
)
from generators.markdown import described, front

import taskpoint
from taskpoint_conformance import coverage, data
from taskpoint_conformance.cli import conformance
from taskpoint_conformance.fixtures import suite_digest
from taskpoint_conformance.golden import versions

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "build" / "docs"
SOURCES = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/*.md",
    "docs/concepts/*.md",
    "docs/guides/*.md",
    "docs/assets/*",
    "spec/**/*.md",
    "spec/1.0/*.json",
    "spec/1.0/schema/*.json",
    "conformance/*.md",
    "conformance/drivers/python/README.md",
    "conformance/mutants/README.md",
    "conformance/ports/typescript/README.md",
)
LAST = "---\nsearch:\n  boost: 0.001\n"
"""Decisions have numbers, too: who searches for `RPL-003` is not looking for 0030. A changelog has all words."""
CONFIGURED = (
    "task",
    "entrypoint",
    "RunOptions",
    "RunnableConfig",
    "RetryPolicy",
    "TimeoutPolicy",
    "CachePolicy",
    "SqliteSaver",
    "SqliteStore",
    "SqliteCache",
)
CHAPTER = re.compile(r"(\d\d)-")
TITLE = re.compile(r"^# (?P<title>.+)$", re.MULTILINE)


def gather() -> None:
    """Copy every page to its place below `build/docs`, and write beside them what is derived."""
    shutil.rmtree(PAGES, ignore_errors=True)
    found = coverage.load()
    golden = journals(found)
    makers = drawings(golden)
    listed = json.loads((data.spec() / "error-codes.json").read_text(encoding="utf-8"))
    known = references.places(found, [each["code"] for each in listed])
    reports = implementations.load(data.reports(), found.fixtures)
    for pattern in SOURCES:
        for source in sorted(ROOT.glob(pattern)):
            target = PAGES / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.suffix != ".md":
                shutil.copyfile(source, target)
                continue
            text = source.read_text(encoding="utf-8")
            if source.parent == data.spec():
                text = rules.chapter(text, found, "../..", reports)
            text = references.linked(text, known, str(source.parent.relative_to(ROOT)))
            if source.parent.name == "decisions" or source.name == "CHANGELOG.md":
                text = described(text).replace("---\n", LAST, 1)
            elif source.name == "README.md" and source.parent == ROOT:
                text = home.page(text, (ROOT / "docs" / "start.md").read_text(encoding="utf-8"))
            if not text.startswith("---\n"):
                chapter = CHAPTER.match(source.name) if source.parent == data.spec() else None
                text = described(text, f"{int(chapter[1])}. " if chapter else "")
            target.write_text(pictures.filled(text, makers), encoding="utf-8")
    decisions = PAGES / "spec" / "decisions"
    write(decisions, [("index.md", listing(decisions))])
    write(PAGES / "conformance" / "catalogue", catalogue.pages(found, golden))
    who = implementations.page(reports, suite_digest(found.fixtures))
    write(PAGES / "conformance", [("implementations.md", who)])
    write(PAGES / "conformance", [("protocol.md", conversation(found))])
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    write(PAGES / "conformance", [("start.md", kit.page(data.drivers() / "templates", home.installation(readme)))])
    write(PAGES / "conformance" / "verdicts", codes.verdicts(found))
    write(PAGES / "conformance" / "format", formats(found))
    write(PAGES / "spec" / "1.0" / "schema", schemas.pages(data.spec_schemas(), "Schemas", "What is written down"))
    write(
        PAGES / "docs" / "reference",
        [
            ("cli.md", reference.commands(conformance, "taskpoint conformance")),
            ("api.md", reference.api(taskpoint)),
            ("configuration.md", reference.configuration(taskpoint, CONFIGURED)),
            ("typescript.md", typescript.page(ROOT / "conformance" / "ports" / "typescript" / "src")),
        ],
    )
    write(PAGES / "docs" / "reference" / "errors", codes.errors(listed, found))
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    write(PAGES, [("llms.txt", llms.listing(settings, PAGES))])


def write(folder: Path, pages: Iterable[tuple[str, str]] | Mapping[str, str]) -> None:
    """Write pages into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in dict(pages).items():
        (folder / name).write_text(text, encoding="utf-8")


def journals(found: coverage.Coverage) -> dict[str, Any]:
    """Return what each fixture leaves behind: the newest version's golden journals, and the others run anew."""
    files = sorted((data.golden() / versions()[-1]).glob("*.json"))
    golden = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}
    others = [each for each in found.fixtures if each.id not in golden]
    return golden | recorded.journals(others, data.reference_driver())


def conversation(found: coverage.Coverage) -> str:
    """Return the page of the protocol, with what is said in one fixture."""
    fixture = next(each for each in found.fixtures if each.id == protocol.FIXTURE)
    return protocol.page(protocol.recorded(fixture, data.reference_driver()))


def formats(found: coverage.Coverage) -> dict[str, str]:
    """Return the pages of the suite's own formats; that of programs says where each statement is used."""
    folder = data.formats()
    pages = dict(schemas.pages(folder, "Formats of the suite", "What the runner reads and writes"))
    program = json.loads((folder / "program.schema.json").read_text(encoding="utf-8"))
    pages["program.md"] = programs.page("program", program, folder / "examples", found.fixtures)
    for file in folder.glob("*.json"):
        pages[file.name] = file.read_text(encoding="utf-8")
    return pages


def drawings(golden: Mapping[str, Any]) -> dict[str, Callable[[str], str]]:
    """Return how each kind of mark in a page is filled, given its name."""

    def run(name: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = next(catalogue.runs(golden[name]))[1]["entries"]
        return entries

    return {
        "timeline": lambda name: "\n".join(catalogue.pictures(golden[name])),
        "journal": lambda name: diagrams.figure(
            diagrams.journal(golden[name]["threads"][0]), f"A thread as it is stored, from the fixture {name}"
        ),
        "calls": lambda name: diagrams.figure(
            diagrams.calls(run(name)), f"Calls and their paths, from the fixture {name}"
        ),
        "order": lambda name: diagrams.figure(
            diagrams.order(run(name)), f"Calls and their places in the journal, from the fixture {name}"
        ),
        "excerpt": lambda name: pictures.table((ROOT / name).read_text(encoding="utf-8")),
    }


def listing(decisions: Path) -> str:
    """Return a page that lists the decision records by their titles."""
    lines = [
        *front("Decisions", "The decision records of Taskpoint, by number."),
        "# Decisions",
        "",
        "What was decided while the specification was built, and why.",
        "",
    ]
    for record in sorted(decisions.glob("[0-9]*.md")):
        title = TITLE.search(record.read_text(encoding="utf-8"))
        lines.append(f"- [{title['title'] if title else record.stem}]({record.name})")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Build the site into `build/site`, and return mkdocs' exit code; any warning is an error."""
    gather()
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(ROOT / "mkdocs.yml")]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - a constant command


if __name__ == "__main__":
    sys.exit(main())
