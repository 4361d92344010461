"""Reads the numbered requirements out of the chapters of the specification.

A requirement is a blockquote.
Its first line names it, and the rest is one sentence::

    > **RPL-003** MUST · `core` · observable: effects, journal
    > On resume the runtime returns the recorded outcome of a call without running its function.

The chapters are the source; `requirements.json` is generated from them and never written by hand.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import click

from taskpoint_conformance import data

__all__ = ("AREAS", "KEYWORDS", "PROFILES", "Requirement", "RequirementError", "collect", "command", "parse", "render")

AREAS: Final = (
    "VAL",
    "IDN",
    "CKP",
    "JRN",
    "TSK",
    "RPL",
    "ERR",
    "INT",
    "RUN",
    "CON",
    "STO",
    "SEC",
    "CNF",
    "STA",
    "CTX",
    "TYP",
    "DUR",
    "MEM",
    "CCH",
    "POL",
    "CMP",
    "DRH",
    "STP",
    "STM",
    "WCH",
)
KEYWORDS: Final = ("MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY")
PROFILES: Final = (
    "core",
    "interrupts",
    "answers",
    "concurrency",
    "state",
    "once",
    "streams",
    "values-extended",
    "sqlite",
    "forms",
    "durability",
    "context",
    "types",
    "composition",
    "durable",
    "stores",
    "policies",
)

_HEADER: Final = re.compile(
    r"> \*\*(?P<id>[A-Z]{3}-[0-9]{3})\*\* (?P<keyword>[A-Z ]+)"
    r" · `(?P<profile>[a-z-]+)` · observable: (?P<observable>.+)"
)
_LOOKS_LIKE_HEADER: Final = re.compile(r"\s*>?\s*\*\*[A-Za-z]+[-_ ]?[0-9]+")
_NOT_OBSERVABLE: Final = re.compile(r"no \((?P<reason>.+)\)")
_OBSERVABLE: Final = re.compile(r"[a-z]+(?:, [a-z]+)*")
_RESERVED: Final = re.compile(r"\b(?:MUST|SHALL|SHOULD|MAY|REQUIRED|RECOMMENDED|OPTIONAL)\b")
_CODE: Final = re.compile(r"`[^`]*`")
_HEADING: Final = re.compile(r"#{1,6} +(?P<title>.+?) *#*")
_NO_SLUG: Final = re.compile(r"[^\w\- ]")


class RequirementError(Exception):
    """A chapter breaks the rules of requirement blocks; the text names the chapter and the line."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One numbered rule, as `requirements.json` lists it."""

    id: str
    keyword: str
    text: str
    hash: str
    """SHA-256 of the keyword, a space and the text: a port sees which rules have changed."""
    profile: str
    observable: list[str]
    """Where a driver shows whether the rule holds; empty where `exclusion` says why nothing does."""
    exclusion: str | None
    chapter: str
    anchor: str
    """The slug of the heading that the rule stands under."""

    @property
    def binding(self) -> bool:
        """Whether the rule is a MUST or a MUST NOT that a fixture can observe."""
        return self.exclusion is None and self.keyword in {"MUST", "MUST NOT"}


def collect(spec: Path) -> list[Requirement]:
    """Return the requirements of all chapters in a version's folder, in the order in which they are read.

    Raises:
        RequirementError: A block is malformed, or an id stands twice.
    """
    found: dict[str, Requirement] = {}
    for chapter in sorted(spec.glob("[0-9][0-9]-*.md")):
        for requirement in parse(chapter.read_text(encoding="utf-8"), chapter.name):
            if requirement.id in found:
                msg = f"{chapter.name}: {requirement.id} stands in {found[requirement.id].chapter} already"
                raise RequirementError(msg)
            found[requirement.id] = requirement
    return list(found.values())


def parse(text: str, chapter: str) -> list[Requirement]:
    r"""Return the requirements of one chapter.

    Raises:
        RequirementError: A block is malformed, or a keyword in capitals stands outside the first line of a block.

    Example:
        >>> block = "> **RPL-003** MUST · `core` · observable: effects\n> A recorded call is not run again."
        >>> [rule] = parse(block, "06-replay.md")
        >>> rule.id, rule.keyword, rule.observable
        ('RPL-003', 'MUST', ['effects'])
    """
    requirements: list[Requirement] = []
    anchor = ""
    lines = _prose(text)
    for number, line in lines:
        where = f"{chapter}:{number}"
        if heading := _HEADING.fullmatch(line):
            anchor = slug(heading["title"])
        if _LOOKS_LIKE_HEADER.match(line):
            requirements.append(_requirement(line, " ".join(_rest_of_quote(lines, where)), where, chapter, anchor))
        elif _RESERVED.search(_CODE.sub("", line)) and "RFC 2119" not in line:
            raise RequirementError(f"{where}: a keyword in capitals stands only in the first line of a requirement")
    return requirements


def _prose(text: str) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of a chapter without its fenced code."""
    fenced = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced:
            yield number, line.rstrip()


def _rest_of_quote(lines: Iterator[tuple[int, str]], where: str) -> Iterator[str]:
    for _, line in lines:
        if not line:
            return
        if not line.startswith(">"):  # Markdown would draw it into the quote
            raise RequirementError(f"{where}: an empty line ends the block")
        yield line.removeprefix(">").strip()


def _requirement(header: str, text: str, where: str, chapter: str, anchor: str) -> Requirement:
    match = _HEADER.fullmatch(header)
    if match is None:
        raise RequirementError(f"{where}: not of the form '> **AAA-NNN** KEYWORD · `profile` · observable: words'")
    if match["id"][:3] not in AREAS:
        raise RequirementError(f"{where}: {match['id']}: no such area")
    if match["keyword"] not in KEYWORDS:
        raise RequirementError(f"{where}: {match['id']}: exactly one keyword of {', '.join(KEYWORDS)}")
    if match["profile"] not in PROFILES:
        raise RequirementError(f"{where}: {match['id']}: no such profile: {match['profile']}")
    if not text.endswith("."):
        raise RequirementError(
            f"{where}: {match['id']}: the block goes on with one sentence, which ends with a full stop"
        )
    if _RESERVED.search(_CODE.sub("", text)) or _LOOKS_LIKE_HEADER.search(text):
        raise RequirementError(f"{where}: {match['id']}: the sentence holds a second keyword or id")
    unobserved = _NOT_OBSERVABLE.fullmatch(match["observable"])
    if match["observable"] == "no":
        raise RequirementError(f"{where}: {match['id']}: what nothing observes needs a reason: 'no (reason)'")
    if unobserved is None and not _OBSERVABLE.fullmatch(match["observable"]):
        raise RequirementError(f"{where}: {match['id']}: observable is a list of words or 'no (reason)'")
    return Requirement(
        id=match["id"],
        keyword=match["keyword"],
        text=text,
        hash=hashlib.sha256(f"{match['keyword']} {text}".encode()).hexdigest(),
        profile=match["profile"],
        observable=[] if unobserved else match["observable"].split(", "),
        exclusion=unobserved["reason"] if unobserved else None,
        chapter=chapter,
        anchor=anchor,
    )


def slug(title: str) -> str:
    """Return the anchor that Markdown renderers give to a heading.

    Example:
        >>> slug("Matching a call to a `record`")
        'matching-a-call-to-a-record'
    """
    return re.sub(r"[\s-]+", "-", _NO_SLUG.sub("", title).strip().lower())


def render(requirements: Iterable[Requirement]) -> str:
    """Return the text of `requirements.json`: one array, one object a rule."""
    return json.dumps([asdict(requirement) for requirement in requirements], ensure_ascii=False, indent=2) + "\n"


@click.command("requirements")
@click.option("--check", "mode", flag_value="check", help="Fail when requirements.json differs from the chapters.")
@click.option("--write", "mode", flag_value="write", help="Write requirements.json.")
def command(mode: str | None) -> None:
    """List the numbered requirements of the specification."""
    spec = data.spec()
    generated = spec / "requirements.json"
    try:
        requirements = collect(spec)
    except RequirementError as error:
        raise click.ClickException(str(error)) from None
    if mode == "write":
        generated.write_text(render(requirements), encoding="utf-8")
    elif mode == "check":
        if not generated.is_file() or generated.read_text(encoding="utf-8") != render(requirements):
            raise click.ClickException("requirements.json is not what the chapters say; run this with --write")
    else:
        for requirement in requirements:
            click.echo(f"{requirement.id}  {requirement.keyword:<10}  {requirement.profile:<15}  {requirement.text}")
