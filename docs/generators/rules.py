"""Gives each rule of a chapter a heading, so that it can be linked and searched for, and shows what proves it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from generators import implementations
from generators.implementations import Report

from taskpoint_conformance.coverage import Coverage

HEADING = re.compile(r"^(?P<marks>#{1,6}) ")
RULE = re.compile(r"^> \*\*(?P<id>[A-Z]{3}-[0-9]{3})\*\* ")
FENCE = re.compile(r"^\s*(```|~~~)")


def chapter(text: str, coverage: Coverage, top: str, reports: Sequence[Report] = ()) -> str:
    """Return a chapter with a heading before each rule, and its proof after it.

    Args:
        text: The chapter as it is written.
        coverage: What fixtures and mutants say of the rules.
        top: The way from the chapter to the root of the site, such as `../..`.
        reports: The committed reports of implementations.
    """
    lines: list[str] = []
    level, fenced, rule = 1, False, ""
    for line in [*text.splitlines(), ""]:
        if FENCE.match(line):
            fenced = not fenced
        if rule and not line.startswith(">"):
            lines += ["", proof(rule, coverage, top, reports), ""]
            rule = ""
        if not fenced and (heading := HEADING.match(line)):
            level = len(heading["marks"])
        if not fenced and (found := RULE.match(line)):
            rule = found["id"]
            lines += [f"{'#' * (level + 1)} {rule} {{ #{rule.lower()} .rule }}", "", f"> {line[found.end() :]}", ">"]
        else:
            lines.append(line)
    return "\n".join(lines)


def proof(rule: str, coverage: Coverage, top: str, reports: Sequence[Report]) -> str:
    """Return a folded block that says what proves a rule, what breaks it, and who passes it."""
    found = next((each for each in coverage.rules if each.id == rule), None)
    if found is None:
        return ""
    if found.exclusion is not None:
        return f'??? proof "Not observable"\n\n    No fixture can prove it: {found.exclusion}.'
    fixtures, mutants = coverage.fixtures_of(rule), coverage.mutants_of(rule)
    broken = ", ".join(f"[{name}]({top}/conformance/catalogue/mutants.md#{name})" for name in mutants)
    lines = [
        f'??? proof "{count(fixtures, "fixture")}, {count(mutants, "mutant")}"',
        "",
        f"    Profile: `{found.profile}`",
        "",
        "    Proved by: " + (", ".join(f"[{each}]({top}/conformance/catalogue/{each}.md)" for each in fixtures) or "-"),
        "",
        "    Broken by: " + (broken or f"no mutant ({coverage.excluded.get(rule, 'none is needed')})"),
        "",
        f"    [Who passes it]({top}/conformance/implementations.md): " + passing(rule, reports),
    ]
    return "\n".join(lines)


def passing(rule: str, reports: Sequence[Report]) -> str:
    """Return what each implementation came to with a rule, in words."""
    said = [f"{name} {implementations.WORDS[found]}" for name, found in implementations.verdicts(reports, rule)]
    return ", ".join(said) or "no report is committed"


def count(items: list[str], noun: str) -> str:
    """Return how many there are, in words.

    Example:
        >>> count(["a"], "fixture"), count([], "mutant")
        ('1 fixture', '0 mutants')
    """
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"
