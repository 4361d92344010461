"""A page for each code: of an error, from the specification's list, and of a verdict, from the runner's own table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from generators.markdown import LOOKED_UP, cell, front

from taskpoint_conformance.codes import CODES
from taskpoint_conformance.coverage import Coverage

RULE = re.compile(r"\b[A-Z]{3}-\d{3}\b")
CODE = re.compile(r"`([a-z]+\.[a-z_]+)`")
AREAS: Mapping[str, str] = {
    "expect": "A step ended otherwise than expected",
    "final": "Something else is left at the end",
    "effect": "An effect ran, or did not",
    "store": "What was sent to the store",
    "variants": "Two ways to run the same fixture differ",
    "fault": "A fault did not strike",
    "driver": "The driver",
    "baseline": "The baseline",
    "fixture": "A fixture's file",
    "suite": "The suite and its arguments",
}
"""By the beginning of a verdict's code, what those that begin so have in common."""
MOST = 8
"""Fixtures that a page names; the smallest are the clearest."""


def errors(codes: Sequence[Mapping[str, str]], found: Coverage) -> Iterator[tuple[str, str]]:
    """Yield the page of each error code, and one that lists them.

    Args:
        codes: The list of the specification.
        found: The rules and fixtures, some of which name a code.
    """
    yield "index.md", error_list(codes)
    for each in codes:
        code = each["code"]
        lines = [
            *front(code, f"The error {code}: {each['meaning']} {each['remedy']}", LOOKED_UP),
            f"# {code}",
            "",
            each["meaning"],
            "",
            f"**Do:** {each['remedy']}",
            "",
            f"To blame: {each['blame']}.",
            "",
            *rules(code, found),
            *fixtures(code, found),
            "[All errors](index.md). A message begins with its code, which never changes; the text after it may.",
        ]
        yield f"{code}.md", "\n".join([*lines, ""])


def error_list(codes: Sequence[Mapping[str, str]]) -> str:
    """Return the page that lists the errors by area."""
    lines = [
        *front("Errors by code", "Every error code of Taskpoint: what happened, who has to look, and what to do."),
        "# Errors by code",
        "",
        "Every error has a code that never changes; messages may.",
        "A message begins with it, and `taskpoint conformance explain CODE` shows on the terminal what stands here.",
        "[Errors](../../../spec/1.0/07-errors.md) says which rules they follow.",
        "Codes of the suite, such as `effect.repeated`, are [another list](../../../conformance/verdicts/index.md).",
    ]
    areas: dict[str, list[str]] = {}
    for each in codes:
        row = f"| [`{each['code']}`]({each['code']}.md) | {cell(each['meaning'])} |"
        areas.setdefault(each["code"].partition(".")[0], []).append(row)
    for area, rows in areas.items():
        lines += ["", f"## {area}", "", "| code | what happened |", "|---|---|", *rows]
    return "\n".join([*lines, ""])


def rules(code: str, found: Coverage) -> Iterator[str]:
    """Yield the rules that name a code."""
    named = [rule for rule in found.rules if f"`{code}`" in rule.text]
    if named:
        yield from ("## When it comes", "")
        for rule in named:
            yield f"- [{rule.id}](../../../spec/1.0/{rule.chapter}#{rule.id.lower()}): {shortened(rule.text)}"
        yield ""


def shortened(text: str) -> str:
    """Return a rule's text as it reads away from its chapter: without links, which lead from there.

    Example:
        >>> shortened("as [chapter 2](02-values.md) says")
        'as chapter 2 says'
    """
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)


def fixtures(code: str, found: Coverage) -> Iterator[str]:
    """Yield the fixtures in which a code is expected, the smallest first."""
    pattern = re.compile(rf"\bcode: \"?{re.escape(code)}\b")
    texts = ((each, each.path.read_text(encoding="utf-8")) for each in found.fixtures)
    named = sorted((len(text), each.id, each.title) for each, text in texts if pattern.search(text))[:MOST]
    if named:
        yield from ("## Fixtures that expect it", "")
        yield from (f"- [{name}](../../../conformance/catalogue/{name}.md): {title}" for _, name, title in named)
        yield ""


def verdicts(found: Coverage) -> Iterator[tuple[str, str]]:
    """Yield the page of each verdict's code, and one that lists them."""
    yield "index.md", verdict_list()
    places = {rule.id: f"[{rule.id}](../../spec/1.0/{rule.chapter}#{rule.id.lower()})" for rule in found.rules}

    def linked(text: str) -> str:
        ruled = RULE.sub(lambda each: places.get(each[0], each[0]), text)
        return CODE.sub(lambda each: f"[`{each[1]}`]({each[1]}.md)" if each[1] in CODES else each[0], ruled)

    for code in CODES:
        yield f"{code}.md", verdict(code, linked)


def verdict(code: str, linked: Callable[[str], str]) -> str:
    """Return the page of a verdict's code; `linked` makes links of the rules and codes in a text."""
    said = CODES[code]
    lines = [
        *front(code, f"A fixture failed with {code}: {said.happened}", LOOKED_UP),
        f"# {code}",
        "",
        said.happened,
        "",
        f"Look at: **{said.look}**",
        "",
        "## Likely causes",
        "",
        *(f"- {linked(each)}" for each in said.causes),
        "",
        "## What to do",
        "",
        linked(said.do),
        "",
        "[Reading a failure](../README.md#reading-a-failure) says what else the output shows; [all codes](index.md).",
    ]
    return "\n".join([*lines, ""])


def verdict_list() -> str:
    """Return the page that lists the verdicts' codes."""
    lines = [
        *front("A fixture failed", "Every code of a failed fixture: what happened, likely causes, and what to do."),
        "# A fixture failed",
        "",
        "What does the code in the first line of a failure mean?",
        "",
        "`taskpoint conformance explain CODE` shows on the terminal what stands here.",
        "[Reading a failure](../README.md#reading-a-failure) says what else the output shows.",
        "Codes of errors, such as `run.concurrent`, are [another list](../../docs/reference/errors/index.md).",
    ]
    for area, members in groupby(CODES, key=lambda code: code.partition(".")[0]):
        lines += ["", f"## {AREAS[area]} {{ #{area} }}", "", "| code | what happened |", "|---|---|"]
        lines += [f"| [`{code}`]({code}.md) | {cell(CODES[code].happened)} |" for code in members]
    return "\n".join([*lines, ""])
