"""The porter's kit, language by language: how a driver is begun in each, from the skeletons and what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from generators.markdown import SOUGHT, front

from taskpoint_conformance.skeletons import SKELETONS, Skeleton

TITLE = re.compile(r"^# .*\((?P<language>[^)]+)\)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```\n", re.MULTILINE | re.DOTALL)
HIGHLIGHTED = {"go": "go", "java": "java", "py": "python", "rs": "rust", "ts": "ts"}


def page(templates: Path, install: str) -> str:
    """Return the page: a section for each language, headed by its name, so that any search finds it by that.

    Args:
        templates: The folder of the skeletons.
        install: The command that installs the suite.
    """
    sections = [section(name, each, templates / name) for name, each in SKELETONS.items()]
    languages = ", ".join(title for title, _ in sections)
    lines = [
        *front(
            "Write a driver", f"How to begin a port and its driver in {languages}: what to type, what to write.", SOUGHT
        ),
        "# Write a driver",
        "",
        f"How do I begin a port in {languages}, or another language?",
        "",
        "In a clone of this repository, once:",
        "",
        "```sh",
        install,
        ". .venv/bin/activate",
        "```",
        "",
        "Then write a skeleton, build it, and let the suite say what comes next.",
        "[Porting](PORTING.md) leads through what follows, and [the protocol](protocol.md) shows a whole conversation.",
    ]
    for _, text in sections:
        lines += ["", *text]
    lines += [
        "",
        "## Another language",
        "",
        "Write a skeleton of a language that you know with `init`, and the same again in yours: two hundred lines.",
        "[The first message and its answer](PORTING.md#1-a-driver-that-says-hello-ten-minutes) are the beginning.",
    ]
    return "\n".join([*lines, ""])


def section(name: str, skeleton: Skeleton, folder: Path) -> tuple[str, list[str]]:
    """Return a language's name and its section.

    Raises:
        LookupError: The skeleton's own page does not begin with its language; this page would be wrong.
    """
    readme = (folder / "README.md").read_text(encoding="utf-8")
    title = TITLE.search(readme)
    if title is None:
        raise LookupError(f"the page of the skeleton for {name} has no language in its title")
    return title["language"], list(lines(name, title["language"], skeleton, folder, readme[title.end() :]))


def lines(name: str, language: str, skeleton: Skeleton, folder: Path, said: str) -> Iterator[str]:
    """Yield the section of a language."""
    first = folder / skeleton.first
    yield from (f"## {language} driver {{ #{name} }}", "")
    yield from (f"It needs {' and '.join(f'`{each}`' for each in skeleton.tools)}, and no package.", "")
    yield from ("```console", f"$ taskpoint conformance init --lang {name} my-port-driver", "$ cd my-port-driver")
    yield from (f"$ {each}" for each in skeleton.build)
    for command in ("smoke", "next"):
        yield f'$ taskpoint conformance {command} --driver "{skeleton.driver}"'
    yield from ("```", "", FENCED.sub("", said).strip().partition("\n`conformance/PORTING.md`")[0], "")
    yield from (f'??? example "{first.name}, the file to begin with"', "")
    code = first.read_text(encoding="utf-8").rstrip()
    for line in (f"```{HIGHLIGHTED[first.suffix[1:]]}", *code.splitlines(), "```"):
        yield f"    {line}".rstrip()
